"""The tiles, at every level, are what the entries give."""

from collections.abc import Iterator, Mapping

from sqlalchemy import func, select

from traceability.log import tiles
from traceability.log.merkle import HASH_BYTES, leaf_hash
from traceability.log.tiles import WIDTH, width_at
from traceability.store.events import event
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View, portions
from traceability.store.log import log_entry, tile

_AT_ONCE = 16 * WIDTH
_FULL = WIDTH * HASH_BYTES
Tiles = dict[tuple[int, int], bytes]


def check_tiles(view: View) -> Iterator[Difference]:
    entries = view.rows(
        select(func.coalesce(log_entry.c.entry, event.c.entry, b"").label("entry"))
        .select_from(log_entry.outerjoin(event))
        .order_by(log_entry.c.index)
    )
    size, edge = 0, Tiles()

    def read(level: int, index: int, width: int) -> bytes:
        return edge[level, index]

    for some in portions(view.watch("hashes of the tree", view.count(log_entry), entries), _AT_ONCE):
        leaves = [leaf_hash(row.entry) for row in some]
        edge |= tiles.extend(size, leaves, read)
        size += len(leaves)
        full = {place: hashes for place, hashes in edge.items() if len(hashes) == _FULL}
        edge = {place: hashes for place, hashes in edge.items() if place not in full}
        yield from _compare(view, full)
    yield from _compare(view, edge)
    yield from _check_widths(view, size)


def _compare(view: View, recomputed: Mapping[tuple[int, int], bytes]) -> Iterator[Difference]:
    for (level, index), want in recomputed.items():
        where = f"tile {index} of level {level}"
        stored = select(tile.c.hashes).where(tile.c.level == level, tile.c.index == index)
        found: bytes | None = view.connection.execute(stored).scalar_one_or_none()
        if found is None:
            yield Difference(where, "missing", f"{len(want) // HASH_BYTES} hashes")
        elif found[: len(want)] != want:
            place = _first_difference(found, want)
            at = slice(place * HASH_BYTES, (place + 1) * HASH_BYTES)
            above = f" (over entries {_below(level, index, place)})"
            yield from compare(f"hash {place} of {where}{above}", found[at], want[at])


def _first_difference(found: bytes, want: bytes) -> int:
    starts = range(0, len(want), HASH_BYTES)
    return next(
        at // HASH_BYTES for at in starts if found[at : at + HASH_BYTES] != want[at : at + HASH_BYTES]
    )


def _below(level: int, index: int, place: int) -> str:
    span = WIDTH**level
    first = (index * WIDTH + place) * span
    return f"{first} to {first + span - 1}" if level else str(first)


def _check_widths(view: View, size: int) -> Iterator[Difference]:
    widths = select(tile.c.level, tile.c.index.label("place"), func.length(tile.c.hashes).label("bytes"))
    for row in view.watch("tiles", view.count(tile), view.rows(widths.order_by(tile.c.level, tile.c.index))):
        want = width_at(row.level, row.place, size) * HASH_BYTES
        if row.bytes > want:  # fewer were told of above
            yield from compare(f"the length of tile {row.place} of level {row.level}", row.bytes, want)
