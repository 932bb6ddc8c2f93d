"""The name map in pages: it grows, and proves, by what lies on the way of a name alone."""

from binascii import hexlify
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Protocol

from traceability.log.merkle import HASH_BYTES
from traceability.log.name_map import (
    EMPTY,
    LEAF_BYTES,
    LEAF_PREFIX,
    NODE_PREFIX,
    MapProof,
    NameLeaf,
    bit,
    nothing,
    split_hashes,
)

MOST_LEAVES = 16
"""A page stands at a path, the first hex digits of all keys below it. It holds the leaves while there are no
more than this, else a node for each next digit. Leaves never go away, so which of the two follows from their
set. Small pages, since a new version of each is kept for every checkpoint that changes it."""
HEIGHT = 4
CHILDREN = 1 << HEIGHT

_DIGITS = b"0123456789abcdef"
_NODE_BYTES = 1 + HASH_BYTES
_INNER_PAGE = CHILDREN * _NODE_BYTES

# A node is its kind and its hash. The kind matters: a leaf rises to the highest place where it is alone.
_NOTHING = b"\x00" + EMPTY
_LEAF, _INNER = b"\x01", b"\x02"
_IS_INNER = _INNER[0]

Way = bytes
"""The hex digits of a key. Leaves are kept as `NameLeaf.to_bytes` has them, so they sort by their ways."""


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
        self._read_missing([b""])
        return _node(self._pages[b""], 0)[1:]

    def leaves(self, keys: Iterable[bytes]) -> dict[bytes, NameLeaf]:
        """What the map holds for those of `keys` that it has."""
        held = self._leaves_at({hexlify(key) for key in keys})
        return {leaf.key: leaf for leaf in map(NameLeaf.from_bytes, held.values())}

    def grow(self, leaves: Iterable[NameLeaf]) -> dict[bytes, bytes]:
        """Take in each of `leaves`, new or in the place of its older self; the pages that change, by path."""
        taken = {hexlify(leaf.key): leaf.to_bytes() for leaf in leaves}
        self._load(taken)
        return self._grow_loaded(taken)

    def add(self, named: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
        """Take in leaf hashes, each with its `name_hashes`, in the order of the log; what changes."""
        entries: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for leaf_hash, hashes in named:
            for key in split_hashes(hashes):
                entries[key].append(leaf_hash)
        held = self.leaves(entries)
        new = [(held.get(key) or nothing(key)).then(*leaf_hashes) for key, leaf_hashes in entries.items()]
        return self._grow_loaded({hexlify(leaf.key): leaf.to_bytes() for leaf in new})

    def prove(self, key: bytes) -> tuple[NameLeaf | None, MapProof]:
        """What the map holds for `key` (None: nothing), and the proof of it."""
        way = hexlify(key)
        self._load([way])
        siblings: list[bytes] = []
        path = b""
        while len(page := self._pages[path]) == _INNER_PAGE:
            passed, child = _descend(page, _DIGITS.index(way[len(path)]))
            siblings += passed
            if child is None:
                return None, MapProof(tuple(reversed(siblings)))
            path += _DIGITS[child : child + 1]
            if not way.startswith(path):  # the way ended at a leaf that stands alone beside it
                self._read_missing([path])
                break
        return _end(_leaves(self._pages[path]), key, HEIGHT * len(path), siblings)

    def _grow_loaded(self, taken: dict[Way, bytes]) -> dict[bytes, bytes]:
        changed: dict[bytes, bytes] = {}
        if taken:
            self._grow(b"", taken, changed)
            self._pages |= changed
        return changed

    def _grow(self, path: bytes, taken: dict[Way, bytes], changed: dict[bytes, bytes]) -> bytes:
        """Write the pages from `path` down; the node that `path` has then."""
        page = self._pages[path]
        is_inner = len(page) == _INNER_PAGE
        if not is_inner:
            taken = {**_by_way(page), **taken}
        if is_inner or len(taken) > self._most_leaves:
            nodes = _nodes(page) if is_inner else [_NOTHING] * CHILDREN
            below = _by_child(taken, len(path) + 1)
            if not is_inner:  # nothing lies below a page of leaves, so there is nothing to read
                self._pages |= dict.fromkeys(below, b"")
            for child, leaves in below.items():
                nodes[_DIGITS.index(child[-1])] = self._grow(child, leaves, changed)
            changed[path] = b"".join(nodes)
        else:
            changed[path] = b"".join(sorted(taken.values()))
        return _node(changed[path], len(path))

    def _leaves_at(self, ways: Iterable[Way]) -> dict[Way, bytes]:
        """The leaves that stand at these very ways."""
        found: dict[Way, bytes] = {}
        for path, ended in self._load(ways).items():
            held = _by_way(self._pages[path])
            found |= {way: held[way] for way in ended if way in held}
        return found

    def _load(self, ways: Iterable[Way]) -> dict[bytes, list[Way]]:
        """Read the pages on these ways; the paths at which they end, each with those that end there."""
        ends: dict[bytes, list[Way]] = {}
        below = {b"": list(ways)}
        while below:
            self._read_missing(below)
            onward: defaultdict[bytes, list[Way]] = defaultdict(list)
            for path, passing in below.items():
                if len(self._pages[path]) != _INNER_PAGE:
                    ends[path] = passing
                    continue
                length = len(path) + 1
                for way in passing:
                    onward[way[:length]].append(way)
            below = onward
        return ends

    def _read_missing(self, paths: Iterable[bytes]) -> None:
        missing = [path for path in paths if path not in self._pages]
        if missing:
            self._pages |= dict.fromkeys(missing, b"") | dict(self._read(missing))


def _by_child(taken: Mapping[Way, bytes], length: int) -> dict[bytes, dict[Way, bytes]]:
    by_child: defaultdict[bytes, dict[Way, bytes]] = defaultdict(dict)
    for way, leaf in taken.items():
        by_child[way[:length]][way] = leaf
    return by_child


def _descend(page: bytes, digit: int) -> tuple[list[bytes], int | None]:
    """Siblings on the way to the child `digit`, from the top; and the child where the way goes on.

    That is another child if the way ends at a leaf that stands alone there, None if it ends at nothing.
    """
    levels = [_nodes(page)]
    while len(levels[-1]) > 1:
        levels.append(_parents(levels[-1]))
    siblings = []
    for height in reversed(range(HEIGHT)):
        place = digit >> height
        siblings.append(levels[height][place ^ 1][1:])
        if levels[height][place][:1] != _INNER:
            below = range(place << height, place + 1 << height)
            return siblings, next((child for child in below if levels[0][child] != _NOTHING), None)
    return siblings, digit


def _end(
    leaves: Sequence[bytes], key: bytes, depth: int, siblings: list[bytes]
) -> tuple[NameLeaf | None, MapProof]:
    """Go on from `depth` among the leaves that lie there."""
    while len(leaves) > 1:
        side = bit(key, depth)
        depth += 1
        siblings.append(_fold([leaf for leaf in leaves if bit(leaf, depth - 1) != side], depth)[1:])
        leaves = [leaf for leaf in leaves if bit(leaf, depth - 1) == side]
    upwards = tuple(reversed(siblings))
    last = NameLeaf.from_bytes(leaves[0]) if leaves else None
    if last is not None and last.key != key:
        return None, MapProof(upwards, last)
    return last, MapProof(upwards)


def _node(page: bytes, length: int) -> bytes:
    """The node of the page at a path of `length` digits."""
    if len(page) != _INNER_PAGE:
        return _fold(_leaves(page), HEIGHT * length)
    nodes = _nodes(page)
    while len(nodes) > 1:
        nodes = _parents(nodes)
    return nodes[0]


def _fold(leaves: Sequence[bytes], depth: int) -> bytes:
    """The node over `leaves`, which share their first `depth` bits and are in order."""
    if len(leaves) < 2:
        return _LEAF + sha256(LEAF_PREFIX + leaves[0]).digest() if leaves else _NOTHING
    byte, mask = depth >> 3, 0x80 >> (depth & 7)
    middle = 0
    while middle < len(leaves) and not leaves[middle][byte] & mask:
        middle += 1
    return _join(_fold(leaves[:middle], depth + 1), _fold(leaves[middle:], depth + 1))


def _join(left: bytes, right: bytes) -> bytes:
    if right == _NOTHING and left[0] != _IS_INNER:
        return left
    if left == _NOTHING and right[0] != _IS_INNER:
        return right
    return _INNER + sha256(NODE_PREFIX + left[1:] + right[1:]).digest()


def _parents(nodes: Sequence[bytes]) -> list[bytes]:
    return [_join(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]


def _nodes(page: bytes) -> list[bytes]:
    return [page[start : start + _NODE_BYTES] for start in range(0, len(page), _NODE_BYTES)]


def _leaves(page: bytes) -> list[bytes]:
    return [page[start : start + LEAF_BYTES] for start in range(0, len(page), LEAF_BYTES)]


def _by_way(page: bytes) -> dict[Way, bytes]:
    return {hexlify(leaf[:HASH_BYTES]): leaf for leaf in _leaves(page)}
