"""Whether a credential was revoked: Bitstring Status List 1.0, in a credential by the same issuer."""

import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from traceability.epcis.compact_jws import MAX_LIST_CHARACTERS, from_base64url, to_base64url
from traceability.errors import InvalidInput
from traceability.log.text import decimal
from traceability.proof.shape import take
from traceability.proof.signed import Signed

SHORTEST = 16 * 1024
"""Bytes: so many credentials share a list that asking for it tells of none."""
LONGEST = 1024 * 1024
"""Bytes: what is packed small may be large when it is unpacked."""
PURPOSES = ("revocation", "suspension")
MAX_ENTRIES = 4

_LIST = "BitstringStatusList"
_ENTRY = {"type": str, "statusPurpose": str, "statusListIndex": str, "statusListCredential": str}


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """Where a credential's bit stands."""

    purpose: str
    index: int
    list_url: str


@dataclass(frozen=True, slots=True)
class StatusList:
    """Parsed, not believed."""

    signed: Signed
    url: str
    purposes: tuple[str, ...]
    bits: bytes
    """The first index is the left-most bit."""

    @classmethod
    def parse(cls, text: str) -> "StatusList":
        """Raises `InvalidInput`."""
        signed = Signed.parse(text, MAX_LIST_CHARACTERS)
        if f"{_LIST}Credential" not in signed.types or signed.id is None:
            raise InvalidInput(f"the status list is no {_LIST}Credential with an id")
        subject = take(
            signed.subject,
            "status list",
            {"type": str, "statusPurpose": str | list, "encodedList": str},
            {"id": str, "ttl": int},
            longest=MAX_LIST_CHARACTERS,
        )
        if subject["type"] != _LIST:
            raise InvalidInput(f"the status list is a {subject['type']!r:.40}, want {_LIST}")
        stated = subject["statusPurpose"]
        purposes = [stated] if isinstance(stated, str) else stated
        return cls(signed, signed.id, tuple(map(str, purposes)), expand(subject["encodedList"]))

    def is_set(self, index: int) -> bool:
        """Raises `InvalidInput` for an index beyond its end."""
        if index >= len(self.bits) * 8:
            raise InvalidInput(f"status list has {len(self.bits) * 8} bits, want index {index}")
        return bool(self.bits[index // 8] >> (7 - index % 8) & 1)

    def indices(self) -> set[int]:
        """All that is set."""
        return {at for at in range(len(self.bits) * 8) if self.is_set(at)}

    def ends_before(self, now: datetime) -> bool:
        """One without an end could be shown for ever, so it counts as ended."""
        return self.signed.valid_until is None or self.signed.valid_until < now


def status_entries(value: object) -> tuple[StatusEntry, ...]:
    """From `credentialStatus`. Raises `InvalidInput` for a kind of status that we cannot look up."""
    entries = value if isinstance(value, list) else [] if value is None else [value]
    if len(entries) > MAX_ENTRIES:
        raise InvalidInput(f"credential has {len(entries)} statuses, want at most {MAX_ENTRIES}")
    return tuple(map(_entry, entries))


def entry_json(url: str, index: int) -> dict[str, str]:
    """The `credentialStatus` of a credential that can be revoked by this bit of the list at `url`."""
    return {
        "type": f"{_LIST}Entry",
        "statusPurpose": PURPOSES[0],
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def _entry(value: object) -> StatusEntry:
    found = take(value, "credentialStatus", _ENTRY, {"id": str, "statusSize": int})
    if found["type"] != f"{_LIST}Entry" or found["statusSize"] not in (None, 1):
        raise InvalidInput(f"status is a {found['type']!r:.60}, want a {_LIST}Entry of one bit")
    if found["statusPurpose"] not in PURPOSES:
        raise InvalidInput(f"status has the purpose {found['statusPurpose']!r:.40}, want one of {PURPOSES}")
    if not found["statusListCredential"].startswith("https://"):
        raise InvalidInput(f"status list is at {found['statusListCredential']!r:.80}, want an https URL")
    index = decimal(found["statusListIndex"], "statusListIndex", LONGEST * 8 - 1)
    return StatusEntry(found["statusPurpose"], index, found["statusListCredential"])


def expand(encoded: str) -> bytes:
    """The bits of an `encodedList`. Raises `InvalidInput`."""
    if not encoded.startswith("u"):
        raise InvalidInput("encodedList does not begin with u, the multibase sign of base64url")
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        bits = unpacker.decompress(from_base64url(encoded[1:], "encodedList"), LONGEST + 1)
    except zlib.error as error:
        raise InvalidInput(f"encodedList is not GZIP: {error}") from error
    if not SHORTEST <= len(bits) <= LONGEST or not unpacker.eof:
        raise InvalidInput(f"status list has {len(bits)} bytes, want {SHORTEST} to {LONGEST}, and an end")
    return bits


def encode(revoked: Iterable[int], size: int = SHORTEST) -> str:
    """An `encodedList` of `size` bytes with these bits set. Raises `InvalidInput` for one beyond its end."""
    bits = bytearray(size)
    for index in revoked:
        if not 0 <= index < size * 8:
            raise InvalidInput(f"status list has {size * 8} bits, want index {index}")
        bits[index // 8] |= 1 << (7 - index % 8)
    return "u" + to_base64url(gzip.compress(bytes(bits), mtime=0))
