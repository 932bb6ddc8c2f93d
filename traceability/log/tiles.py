"""The log as C2SP tlog-tiles: where a tile lies, what is in it, and how a log of tiles grows and proves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol, Self

from traceability.errors import CheckFailed, InvalidInput
from traceability.log.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    consistency_ranges,
    inclusion_ranges,
    node_hash,
    root_of,
)
from traceability.log.text import decimal

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_ENTRY = 2**16 - 1
ENTRIES = "entries"


class ReadTile(Protocol):
    """Where tiles are kept."""

    def __call__(self, level: int, index: int, width: int) -> bytes:
        """The first `width` hashes of the tile, 32 bytes each; more may follow them."""


@dataclass(frozen=True, slots=True)
class TilePath:
    """The address of a hash tile, or of an entry bundle where `level` is None."""

    level: int | None
    index: int
    width: int = WIDTH

    def __str__(self) -> str:
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03}")
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{ENTRIES if self.level is None else self.level}/{'/'.join(reversed(groups))}{partial}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """Parse `tile/<L>/<N>[.p/<W>]`. Raises `InvalidInput` for any other spelling."""
        whole, partial, width = path.partition(".p/")
        tile, level, *groups = [*whole.split("/"), ""][:9]
        try:
            parsed = cls(
                None if level == ENTRIES else decimal(level, "tile level", at_most=63),
                int("".join(group.removeprefix("x") for group in groups)),
                decimal(width, "tile width", at_most=WIDTH - 1) if partial else WIDTH,
            )
        except ValueError as error:
            raise InvalidInput(f"{path[:80]!r} is not the path of a tile") from error
        if tile != "tile" or str(parsed) != path or parsed.width == 0:
            raise InvalidInput(f"{path[:80]!r} is not the path of a tile")
        return parsed


def width_at(level: int, index: int, size: int) -> int:
    """How many hashes of this tile a log of `size` has: 0 to 256."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - WIDTH * index))


def new_tiles(old_size: int, new_size: int) -> Iterator[TilePath]:
    """The hash tiles of a log of `new_size` that one of `old_size` lacks, or has less of."""
    for level in count():
        nodes_before, nodes = (size >> HEIGHT * level for size in (old_size, new_size))
        if nodes == 0:
            return
        if nodes > nodes_before:
            for index in range(nodes_before // WIDTH, -(-nodes // WIDTH)):
                yield TilePath(level, index, width_at(level, index, new_size))


def root(size: int, read: ReadTile) -> bytes:
    return _Tree(size, read).root_of_range(0, size)


def inclusion_proof(size: int, index: int, read: ReadTile) -> list[bytes]:
    tree = _Tree(size, read)
    return [tree.root_of_range(*subtree) for subtree in inclusion_ranges(index, size)]


def consistency_proof(old_size: int, new_size: int, read: ReadTile) -> list[bytes]:
    tree = _Tree(new_size, read)
    return [tree.root_of_range(*subtree) for subtree in consistency_ranges(old_size, new_size)]


def extend(old_size: int, new_leaf_hashes: Sequence[bytes], read: ReadTile) -> dict[tuple[int, int], bytes]:
    """The tiles that change when a log grows, whole and by (level, index). Reads the right edge only."""
    tiles: dict[tuple[int, int], bytes] = {}
    nodes_before, new_nodes = old_size, new_leaf_hashes
    for level in count():
        if not new_nodes:
            break
        first, width = divmod(nodes_before, WIDTH)
        held = _hashes(_exactly(read, level, first, width)) if width else []
        nodes = [*held, *new_nodes]
        chunks = [nodes[start : start + WIDTH] for start in range(0, len(nodes), WIDTH)]
        tiles |= {(level, first + offset): b"".join(chunk) for offset, chunk in enumerate(chunks)}
        new_nodes = [root_of(chunk) for chunk in chunks if len(chunk) == WIDTH]
        nodes_before = first
    return tiles


def to_bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length as a big-endian u16."""
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise InvalidInput(f"entry has {len(entry)} bytes, want at most {MAX_ENTRY}")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def from_bundle(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises `InvalidInput` if it is cut short or holds more than 256."""
    entries: list[bytes] = []
    position = 0
    while position < len(bundle):
        start = position + 2
        position = start + int.from_bytes(bundle[position:start], "big")
        if position > len(bundle) or len(entries) == WIDTH:
            raise InvalidInput(
                f"entry bundle of {len(bundle)} bytes is cut or too long at entry {len(entries)}"
            )
        entries.append(bundle[start:position])
    return entries


class _Tree:
    """A log of `size` whose nodes are looked up in tiles, each read once."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self._size = size
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}

    def root_of_range(self, begin: int, end: int) -> bytes:
        """Root over entries [begin, end): a subtree in the sense of RFC 9162, so `begin` is aligned to it."""
        if begin == end:
            return EMPTY_ROOT
        subtrees = []
        while begin < end:
            height = (end - begin).bit_length() - 1
            subtrees.append(self._perfect(height, begin >> height))
            begin += 1 << height
        node = subtrees.pop()
        while subtrees:
            node = node_hash(subtrees.pop(), node)
        return node

    def _perfect(self, height: int, index: int) -> bytes:
        """Root of the perfect subtree `index` of 2**height entries."""
        level, above = divmod(height, HEIGHT)
        first = index << above
        tile = self._tile(level, first // WIDTH)
        start = first % WIDTH * HASH_BYTES
        return root_of(_hashes(tile[start : start + (HASH_BYTES << above)]))

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._tiles:
            width = width_at(level, index, self._size)
            self._tiles[level, index] = _exactly(self._read, level, index, width)
        return self._tiles[level, index]


def _exactly(read: ReadTile, level: int, index: int, width: int) -> bytes:
    """Tiles only grow, so one kept for a larger log serves a smaller one."""
    tile = read(level, index, width)
    if len(tile) < width * HASH_BYTES:
        raise CheckFailed(f"{TilePath(level, index, width)} has {len(tile)} bytes, want {width * HASH_BYTES}")
    return tile[: width * HASH_BYTES]


def _hashes(tile: bytes) -> list[bytes]:
    return [tile[start : start + HASH_BYTES] for start in range(0, len(tile), HASH_BYTES)]
