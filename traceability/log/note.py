"""Signed notes (C2SP signed-note v1.0.0) with Ed25519 keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Self

from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.log.text import from_base64, to_base64

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = b"\x01"
"""The signature type of plain notes; cosignatures and others have their own, so their key ids differ."""
MAX_BYTES = 256 * 1024
MAX_SIGNATURES = 100
NO_CRYPTOGRAPHY = (
    "no signature can be checked without the package `cryptography`; "
    "install it (python3 -m pip install cryptography) and ask again"
)


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart. Nothing in it may be believed before `NoteVerifier.signed` or `open_note`."""

    text: str
    """Ends in a newline."""
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str) -> Self:
        """Raises `InvalidInput`: too large, control characters, no or malformed signature lines."""
        try:
            size = len(note.encode())
        except UnicodeEncodeError as error:
            raise InvalidInput(f"note cannot be written as UTF-8: {error.reason}") from error
        if size > MAX_BYTES:
            raise InvalidInput(f"note has {size} bytes, want at most {MAX_BYTES}")
        for position, character in enumerate(note):
            if character < " " and character != "\n":
                raise InvalidInput(f"note has the control character {character!r} at {position}")
        text, blank, lines = note.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise InvalidInput("note does not end in a blank line and signature lines")
        signature_lines = lines[:-1].split("\n")
        if len(signature_lines) > MAX_SIGNATURES:
            raise InvalidInput(f"note has {len(signature_lines)} signatures, want at most {MAX_SIGNATURES}")
        return cls(text + "\n", tuple(_signature(line) for line in signature_lines))


@dataclass(frozen=True, slots=True)
class NoteSigner:
    name: str
    private_key: "Ed25519PrivateKey"

    def sign(self, text: str) -> str:
        """The signed note over `text`, which must end in a newline."""
        if not text.endswith("\n"):
            raise InvalidInput("a note's text must end in a newline")
        signature = to_base64(NoteVerifier.of(self).key_id + self.private_key.sign(text.encode()))
        note = f"{text}\n— {self.name} {signature}\n"
        Note.parse(note)  # never sign what no reader would accept
        return note


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A public key that is trusted to sign notes under a name."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public_key) != 32:
            raise InvalidInput(f"public key of {self.name} has {len(self.public_key)} bytes, want 32")

    @classmethod
    def of(cls, signer: NoteSigner) -> Self:
        return cls(signer.name, signer.private_key.public_key().public_bytes_raw())

    @classmethod
    def from_vkey(cls, vkey: str) -> Self:
        """Parse `name+keyid+base64(0x01 || public key)`. Raises `InvalidInput`."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise InvalidInput(f"verifier key {vkey[:80]!r} has {len(parts)} parts, want name+id+key")
        name, key_id, encoded = parts
        key = from_base64(encoded, f"key of {name}")
        if key[:1] != ED25519:
            raise InvalidInput(f"key of {name} is of type 0x{key[:1].hex()}, want 0x01 (Ed25519)")
        verifier = cls(name, key[1:])
        if key_id != verifier.key_id.hex():
            raise InvalidInput(f"key of {name} has the id {verifier.key_id.hex()}, not {key_id[:8]}")
        return verifier

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public_key).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(ED25519 + self.public_key)}"

    def signed(self, note: Note) -> bool:
        """Whether this key signed.

        Raises `CheckFailed` for a signature that is in its name but not by it, `Unavailable` where none
        can be checked.
        """
        own = [s for s in note.signatures if (s.name, s.key_id) == (self.name, self.key_id)]
        for signature in own:
            if not _is_signature(signature.signature, note.text.encode(), self.public_key):
                raise CheckFailed(f"the signature of {self.name}+{self.key_id.hex()} does not fit the note")
        return bool(own)


def open_note(note: str, verifiers: Sequence[NoteVerifier]) -> tuple[str, NoteVerifier]:
    """The text of `note` and the first of `verifiers` that signed it; signatures by others are ignored.

    Raises `InvalidInput` for a malformed note, `CheckFailed` if none signed or a known signature is wrong,
    `Unavailable` like `NoteVerifier.signed`.
    """
    parsed = Note.parse(note)
    signers = [verifier for verifier in verifiers if verifier.signed(parsed)]
    if not signers:
        # With the key ids: a log whose key changed keeps its name.
        found = ", ".join(sorted({f"{each.name}+{each.key_id.hex()}" for each in parsed.signatures}))
        wanted = " or ".join(f"{each.name}+{each.key_id.hex()}" for each in verifiers)
        raise CheckFailed(f"signed by {found}, want {wanted or 'a known key'}")
    return parsed.text, signers[0]


def _is_signature(signature: bytes, message: bytes, public_key: bytes) -> bool:
    try:
        # Not above: without this package everything that needs no signature can still be checked.
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        raise Unavailable(NO_CRYPTOGRAPHY) from error
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _signature(line: str) -> Signature:
    dash, *fields = line.split(" ")
    if dash != "—" or len(fields) != 2:
        raise InvalidInput(f"signature line {line[:80]!r} is not '— name base64'")
    name, encoded = fields
    _check_name(name)
    data = from_base64(encoded, f"signature of {name}")
    if len(data) < 5:
        raise InvalidInput(f"signature of {name} has {len(data)} bytes, want a key id and a signature")
    return Signature(name, data[:4], data[4:])


def _check_name(name: str) -> None:
    if not name or any(character.isspace() or character == "+" or character < " " for character in name):
        raise InvalidInput(f"key name {name[:80]!r} is empty or has a space, a plus or a control character")
