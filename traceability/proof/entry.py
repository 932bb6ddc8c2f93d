"""The entry: the fixed small record by which the log commits to one event."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from traceability.errors import InvalidInput
from traceability.log.domain import prefix
from traceability.log.name_map import names_digest

PREFIX = prefix("guoji/entry")
NONCE_BYTES = 16
YEAR_10000_MS = 253_402_300_800_000
NO_SIGNATURE = bytes(32)
_FIELD_BYTES = (NONCE_BYTES, 32, 32, 32, 13, 8, 32)
ENTRY_BYTES = len(PREFIX) + sum(_FIELD_BYTES)


@dataclass(frozen=True, slots=True)
class Entry:
    """docs/formats.md lays it out byte for byte. Its leaf hash is the event's key everywhere."""

    nonce: bytes
    """16 random bytes: without them, who guesses a private event could confirm the guess."""
    event_digest: bytes
    prehash_digest: bytes
    """Of the CBV pre-hash, so that outsiders' event hash is committed to as well."""
    names_digest: bytes
    """Of the names that stand in the event, so that none can be left out of the log's name map."""
    submitter: str
    """GLN of the party that captured it, 13 digits."""
    captured_at_ms: int
    signature_digest: bytes
    """SHA-256 of the submitter's signature, or `NO_SIGNATURE`."""

    def __post_init__(self) -> None:
        widths = [("nonce", self.nonce, NONCE_BYTES), ("event digest", self.event_digest, 32)]
        widths += [("pre-hash digest", self.prehash_digest, 32)]
        widths += [("names digest", self.names_digest, 32)]
        widths += [("signature digest", self.signature_digest, 32)]
        for name, value, want in widths:
            if len(value) != want:
                raise InvalidInput(f"{name} of the entry has {len(value)} bytes, want {want}")
        if len(self.submitter) != 13 or not (self.submitter.isascii() and self.submitter.isdigit()):
            raise InvalidInput(f"submitter {self.submitter[:40]!r} of the entry is not a GLN of 13 digits")
        if not 0 <= self.captured_at_ms < YEAR_10000_MS:
            raise InvalidInput(f"capture time {self.captured_at_ms} of the entry is out of range")

    def to_bytes(self) -> bytes:
        return b"".join(
            [
                PREFIX,
                self.nonce,
                self.event_digest,
                self.prehash_digest,
                self.names_digest,
                self.submitter.encode("ascii"),
                self.captured_at_ms.to_bytes(8, "big"),
                self.signature_digest,
            ]
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises `InvalidInput`: wrong length, another version or kind of record, a field out of range."""
        if len(data) != ENTRY_BYTES:
            raise InvalidInput(f"entry has {len(data)} bytes, want {ENTRY_BYTES}")
        if not data.startswith(PREFIX):
            raise InvalidInput(f"entry begins with {data[: len(PREFIX)].hex()}, want {PREFIX.hex()}")
        fields = []
        position = len(PREFIX)
        for width in _FIELD_BYTES:
            fields.append(data[position : position + width])
            position += width
        nonce, event, prehash, names, submitter, captured_at, signature = fields
        gln = submitter.decode("ascii", errors="replace")
        return cls(nonce, event, prehash, names, gln, int.from_bytes(captured_at, "big"), signature)


def event_digest(nonce: bytes, canonical: bytes) -> bytes:
    """`canonical` is the RFC 8785 form of the event with its effective context."""
    return sha256(prefix("guoji/event") + nonce + canonical).digest()


def prehash_digest(nonce: bytes, prehash: str) -> bytes:
    """`prehash` is the string that CBV 2.0 hashes into the event's `ni:` name."""
    return sha256(prefix("guoji/prehash") + nonce + prehash.encode()).digest()


def make_entry(
    nonce: bytes,
    canonical: bytes,
    prehash: str,
    names: bytes,
    submitter: str,
    captured_at_ms: int,
    signature_digest: bytes = NO_SIGNATURE,
) -> Entry:
    """`names` are the hashes of the names that stand in the event, as `name_hashes` joins them."""
    return Entry(
        nonce,
        event_digest(nonce, canonical),
        prehash_digest(nonce, prehash),
        names_digest(names),
        submitter,
        captured_at_ms,
        signature_digest,
    )
