"""Whether the larger of two signed checkpoints extends the smaller, shown so that anyone can check it."""

from collections.abc import Iterable
from dataclasses import dataclass

from traceability.audit.served import Unfit
from traceability.errors import CheckFailed, Refused, Unavailable
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import check_consistency
from traceability.log.text import to_base64
from traceability.log.tiles import ReadTile, width_at


@dataclass(frozen=True, slots=True)
class Fork:
    """The tree of the larger one begins with another tree than the smaller one."""

    root: bytes
    """What the larger one has at the size of the smaller."""
    proof: tuple[bytes, ...]
    """That it has (RFC 9162, section 2.1.4): from `root` to the root that was signed."""

    def to_text(self) -> str:
        return "".join(f"{to_base64(each)}\n" for each in (self.root, *self.proof))


def fork_between(small: Checkpoint, large: Checkpoint, sources: Iterable[ReadTile]) -> Fork | None:
    """None if `large` extends `small`.

    The tiles need not be believed: a proof is made of them, and leads to the root that was signed or does
    not. Raises `Unavailable` if none of the `sources` has tiles that do.
    """
    if small.size == 0:
        return None
    for read in sources:
        try:
            return _fork(small, large, read)
        except (CheckFailed, Refused, Unavailable, Unfit):
            continue
    raise Unavailable(f"no tiles show whether the one of {large.size} entries extends that of {small.size}")


def _fork(small: Checkpoint, large: Checkpoint, read: ReadTile) -> Fork | None:
    def of_large(level: int, index: int, width: int) -> bytes:
        return read(level, index, width_at(level, index, large.size))

    root = tiles.root(small.size, of_large)
    proof = tiles.consistency_proof(small.size, large.size, of_large)
    check_consistency(small.size, large.size, proof, root, large.root)
    return None if root == small.root else Fork(root, tuple(proof))
