"""C2SP tlog-proof v1: an inclusion proof together with the checkpoint it leads to, as text."""

from dataclasses import dataclass
from typing import Self

from traceability.errors import InvalidInput
from traceability.log.checkpoint import Checkpoint
from traceability.log.text import decimal, from_base64, hash_from_base64, to_base64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Entry `index` lies in the log of `checkpoint`."""

    index: int
    hashes: tuple[bytes, ...]
    """From the leaf's sibling up to the root's child."""
    checkpoint: str
    """A signed note, verbatim."""
    extra: bytes = b""
    """Opaque and not authenticated."""

    def to_text(self) -> str:
        extra = [f"extra {to_base64(self.extra)}"] if self.extra else []
        hashes = [to_base64(sibling) for sibling in self.hashes]
        lines = [HEADER, *extra, f"index {self.index}", *hashes, ""]
        return "\n".join(lines) + "\n" + self.checkpoint

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse one. Raises `InvalidInput`. Only the form is checked: nothing is verified."""
        head, blank, checkpoint = text.partition("\n\n")
        header, *lines = head.split("\n")
        if header != HEADER:
            raise InvalidInput(f"proof begins with {header[:80]!r}, want {HEADER}")
        if not blank:
            raise InvalidInput("proof has no blank line, so no checkpoint")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "), "extra data")
            if not extra:
                raise InvalidInput("proof has an extra line without data, want data or no such line")
        if not lines or not lines[0].startswith("index "):
            found = repr(lines[0][:80]) if lines else "a blank line"
            raise InvalidInput(f"proof has {found} where its index belongs")
        index = decimal(lines.pop(0).removeprefix("index "), "index")
        if len(lines) > MAX_HASHES:
            raise InvalidInput(f"proof has {len(lines)} hashes, want at most {MAX_HASHES}")
        hashes = tuple(
            hash_from_base64(line, f"hash {number} of the proof") for number, line in enumerate(lines)
        )
        proof = cls(index, hashes, checkpoint, extra)
        proof.claimed()
        return proof

    def claimed(self) -> Checkpoint:
        """What the checkpoint says. Nobody has checked yet who signed it."""
        return Checkpoint.claimed(self.checkpoint)
