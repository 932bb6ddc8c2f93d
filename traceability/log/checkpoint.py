"""Checkpoints (C2SP tlog-checkpoint): what a log says of itself, signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from traceability.errors import CheckFailed, InvalidInput
from traceability.log.domain import prefix
from traceability.log.merkle import EMPTY_ROOT
from traceability.log.note import Note, NoteSigner, NoteVerifier, open_note
from traceability.log.text import decimal, hash_from_base64, to_base64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log `origin` had `size` entries under `root`."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Lines that we carry and never interpret."""

    def __post_init__(self) -> None:
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise InvalidInput(f"checkpoint of size 0 has root {self.root.hex()}, want {EMPTY_ROOT.hex()}")

    def to_text(self) -> str:
        return "\n".join([self.origin, str(self.size), to_base64(self.root), *self.extensions, ""])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse the text of a note. Raises `InvalidInput`."""
        lines = text.split("\n")
        if lines.pop() != "" or len(lines) < 3:
            raise InvalidInput(f"checkpoint has {len(lines)} whole lines, want three or more")
        if "" in lines:
            raise InvalidInput(f"line {lines.index('') + 1} of the checkpoint is empty")
        origin, size, root, *extensions = lines
        return cls(
            origin,
            decimal(size, "checkpoint size"),
            hash_from_base64(root, "checkpoint root"),
            tuple(extensions),
        )

    @staticmethod
    def claimed(note: str) -> "Checkpoint":
        """What a signed note says. Nobody has checked yet who signed it. Raises `InvalidInput`."""
        return Checkpoint.from_text(Note.parse(note).text)

    @staticmethod
    def open(note: str, log: NoteVerifier) -> "Checkpoint":
        """The checkpoint in a note that `log` signed. Raises like `open_checkpoint`."""
        return open_checkpoint(note, [log])[0]

    def sign(self, signer: NoteSigner) -> str:
        """The signed note. Raises `InvalidInput` for what no reader would accept."""
        text = self.to_text()
        Checkpoint.from_text(text)
        return signer.sign(text)


def open_checkpoint(note: str, logs: Sequence[NoteVerifier]) -> tuple[Checkpoint, NoteVerifier]:
    """The checkpoint in a signed note, and the one of `logs` that signed it under its own origin.

    Raises `InvalidInput` for a malformed note, `CheckFailed` if no log of that origin signed it.
    """
    checkpoint = Checkpoint.claimed(note)
    candidates = [log for log in logs if log.name == checkpoint.origin]
    if not candidates:
        known = " or ".join(log.name for log in logs)
        raise CheckFailed(f"checkpoint is of the log {checkpoint.origin[:80]}, want {known}")
    return checkpoint, open_note(note, candidates)[1]


def log_id(origin: str, public_key: bytes) -> bytes:
    """The 32 bytes under which the contract keeps this log."""
    name = origin.encode()
    return sha256(prefix("guoji/log-id") + len(name).to_bytes(2, "big") + name + public_key).digest()
