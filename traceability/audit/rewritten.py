"""Find the first entry that a log no longer has as it was mirrored."""

from collections.abc import Callable

from traceability.audit.finding import Kind
from traceability.audit.served import Unfit
from traceability.log.merkle import HASH_BYTES
from traceability.log.tiles import HEIGHT, WIDTH, ReadTile, TilePath, width_at


def first_rewritten(size: int, ours: ReadTile, served_size: int, theirs: Callable[[TilePath], bytes]) -> None:
    """Go down the tiles of the first `size` entries: as mirrored, and as a log of `served_size` serves them.

    Raises `Unfit` naming the entry, if the tiles that are served differ at all.
    """
    level = max((size.bit_length() - 1) // HEIGHT, 0)
    index = 0
    while level >= 0:
        width = width_at(level, index, size)
        mine = ours(level, index, width) if width else b""
        served = theirs(TilePath(level, index, width_at(level, index, served_size))) if width else b""
        place = next((place for place in range(width) if _hash(mine, place) != _hash(served, place)), width)
        if level == 0 and place < width:
            entry = index * WIDTH + place
            detail = f"its leaf hash was {_hash(mine, place).hex()}, is now {_hash(served, place).hex()}"
            raise Unfit(Kind.REWRITTEN, f"entry {entry}", detail)
        # Without a difference here it lies, if anywhere, in what this tile does not cover yet.
        index = index * WIDTH + place
        level -= 1


def _hash(tile: bytes, place: int) -> bytes:
    return tile[place * HASH_BYTES : (place + 1) * HASH_BYTES]
