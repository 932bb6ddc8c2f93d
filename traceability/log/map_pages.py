"""The name map in pages: it grows, and proves, by what lies on the way of a name alone."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from traceability.log.merkle import HASH_BYTES
from traceability.log.name_map import EMPTY, MapProof, NameLeaf, bit, node_hash, nothing, split_hashes

MOST_LEAVES = 64
"""A page stands at a path, the first bytes of all keys below it. It holds the leaves while there are no more
than this, else a node for each next byte. Leaves never go away, so which of the two follows from their set."""
HEIGHT = 8
CHILDREN = 1 << HEIGHT

_LEAF_BYTES = HASH_BYTES + 8 + HASH_BYTES
_NODE_BYTES = 1 + HASH_BYTES
_INNER_PAGE = CHILDREN * _NODE_BYTES

# A node is its kind and its hash. The kind matters: a leaf rises to the highest place where it is alone.
_NOTHING = b"\x00" + EMPTY
_LEAF, _INNER = b"\x01", b"\x02"


class ReadPages(Protocol):
    """Where pages are kept."""

    def __call__(self, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Those of the pages at `paths` that are there."""


class NamePages:
    """The map at one moment. Each page is read once, all pages of one depth together."""

    def __init__(self, read: ReadPages, most_leaves: int = MOST_LEAVES) -> None:
        self._read = read
        self._most_leaves = most_leaves
        self._pages: dict[bytes, bytes] = {}

    def root(self) -> bytes:
        return _node(self._page(b""), 0)[1:]

    def leaves(self, keys: Iterable[bytes]) -> dict[bytes, NameLeaf]:
        """What the map holds for those of `keys` that it has."""
        wanted = set(keys)
        bottom = self._load(wanted)
        found = (leaf for path in bottom for leaf in _leaves(self._pages[path]))
        return {leaf.key: leaf for leaf in found if leaf.key in wanted}

    def grow(self, leaves: Iterable[NameLeaf]) -> dict[bytes, bytes]:
        """Take in each of `leaves`, new or in the place of its older self; the pages that change, by path."""
        taken = {leaf.key: leaf for leaf in leaves}
        if not taken:
            return {}
        self._load(taken)
        changed: dict[bytes, bytes] = {}
        self._grow(b"", taken, changed)
        self._pages |= changed
        return changed

    def add(self, named: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
        """Take in leaf hashes, each with its `name_hashes`, in the order of the log; what changes."""
        entries: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for leaf_hash, hashes in named:
            for key in split_hashes(hashes):
                entries[key].append(leaf_hash)
        held = self.leaves(entries)
        return self.grow(held.get(key, nothing(key)).then(*new) for key, new in entries.items())

    def prove(self, key: bytes) -> tuple[NameLeaf | None, MapProof]:
        """What the map holds for `key` (None: nothing), and the proof of it."""
        self._load([key])
        siblings: list[bytes] = []
        path = b""
        while len(page := self._page(path)) == _INNER_PAGE:
            passed, child = _descend(page, key[len(path)])
            siblings += passed
            if child is None:
                return None, MapProof(tuple(reversed(siblings)))
            path += bytes([child])
            if path != key[: len(path)]:  # the way ended at a leaf that stands alone beside it
                break
        return _end(_leaves(self._page(path)), key, 8 * len(path), siblings)

    def _grow(self, path: bytes, taken: Mapping[bytes, NameLeaf], changed: dict[bytes, bytes]) -> bytes:
        """Write the pages from `path` down; the node that `path` has then."""
        page = self._page(path)
        if len(page) == _INNER_PAGE:
            nodes = _nodes(page)
        else:
            taken = {**{leaf.key: leaf for leaf in _leaves(page)}, **taken}
            nodes = [_NOTHING] * CHILDREN
        if len(page) != _INNER_PAGE and len(taken) <= self._most_leaves:
            changed[path] = b"".join(_to_bytes(taken[key]) for key in sorted(taken))
        else:
            for child, below in _by_child(taken, len(path)).items():
                nodes[child[-1]] = self._grow(child, below, changed)
            changed[path] = b"".join(nodes)
        return _node(changed[path], len(path))

    def _page(self, path: bytes) -> bytes:
        if path not in self._pages:
            self._read_missing([path])
        return self._pages[path]

    def _read_missing(self, paths: Iterable[bytes]) -> None:
        missing = [path for path in paths if path not in self._pages]
        if missing:
            self._pages |= dict.fromkeys(missing, b"") | dict(self._read(missing))

    def _load(self, keys: Iterable[bytes]) -> list[bytes]:
        """Read the pages on the ways of `keys`; the paths at which these ways end."""
        ends: list[bytes] = []
        below = {b"": list(keys)}
        while below:
            self._read_missing(below)
            onward: defaultdict[bytes, list[bytes]] = defaultdict(list)
            for path, ways in below.items():
                if len(self._pages[path]) == _INNER_PAGE:
                    for key in ways:
                        onward[key[: len(path) + 1]].append(key)
                else:
                    ends.append(path)
            below = onward
        return ends


def _by_child(taken: Mapping[bytes, NameLeaf], length: int) -> dict[bytes, dict[bytes, NameLeaf]]:
    by_child: defaultdict[bytes, dict[bytes, NameLeaf]] = defaultdict(dict)
    for key, leaf in taken.items():
        by_child[key[: length + 1]][key] = leaf
    return by_child


def _descend(page: bytes, byte: int) -> tuple[list[bytes], int | None]:
    """Siblings on the way to the child `byte`, from the top; and the child where the way goes on.

    That is another child if the way ends at a leaf that stands alone there, None if it ends at nothing.
    """
    levels = [_nodes(page)]
    while len(levels[-1]) > 1:
        levels.append(_parents(levels[-1]))
    siblings = []
    for height in reversed(range(HEIGHT)):
        place = byte >> height
        siblings.append(levels[height][place ^ 1][1:])
        if levels[height][place][:1] != _INNER:
            below = range(place << height, place + 1 << height)
            return siblings, next((child for child in below if levels[0][child] != _NOTHING), None)
    return siblings, byte


def _end(
    leaves: Sequence[NameLeaf], key: bytes, depth: int, siblings: list[bytes]
) -> tuple[NameLeaf | None, MapProof]:
    """Go on from `depth` among the leaves that lie there."""
    while len(leaves) > 1:
        side = bit(key, depth)
        depth += 1
        siblings.append(_fold([leaf for leaf in leaves if bit(leaf.key, depth - 1) != side], depth)[1:])
        leaves = [leaf for leaf in leaves if bit(leaf.key, depth - 1) == side]
    upwards = tuple(reversed(siblings))
    if leaves and leaves[0].key != key:
        return None, MapProof(upwards, leaves[0])
    return (leaves[0] if leaves else None), MapProof(upwards)


def _node(page: bytes, length: int) -> bytes:
    """The node of the page at a path of `length` bytes."""
    if len(page) != _INNER_PAGE:
        return _fold(_leaves(page), HEIGHT * length)
    nodes = _nodes(page)
    while len(nodes) > 1:
        nodes = _parents(nodes)
    return nodes[0]


def _fold(leaves: Sequence[NameLeaf], depth: int) -> bytes:
    """The node over `leaves`, which share their first `depth` bits."""
    if not leaves:
        return _NOTHING
    if len(leaves) == 1:
        return _LEAF + leaves[0].hash
    middle = bisect(leaves, 0, key=lambda leaf: bit(leaf.key, depth))
    return _join(_fold(leaves[:middle], depth + 1), _fold(leaves[middle:], depth + 1))


def _join(left: bytes, right: bytes) -> bytes:
    if left[:1] == _LEAF and right == _NOTHING:
        return left
    if left == _NOTHING and right[:1] != _INNER:
        return right
    return _INNER + node_hash(left[1:], right[1:])


def _parents(nodes: Sequence[bytes]) -> list[bytes]:
    return [_join(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]


def _nodes(page: bytes) -> list[bytes]:
    return [page[start : start + _NODE_BYTES] for start in range(0, len(page), _NODE_BYTES)]


def _leaves(page: bytes) -> list[NameLeaf]:
    return [_leaf(page[start : start + _LEAF_BYTES]) for start in range(0, len(page), _LEAF_BYTES)]


def _leaf(data: bytes) -> NameLeaf:
    count = int.from_bytes(data[HASH_BYTES:-HASH_BYTES], "big")
    return NameLeaf(data[:HASH_BYTES], count, data[-HASH_BYTES:])


def _to_bytes(leaf: NameLeaf) -> bytes:
    return leaf.key + leaf.count.to_bytes(8, "big") + leaf.chain
