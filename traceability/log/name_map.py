"""The name map: how often each name stands in the log's events, as a sparse Merkle tree with short proofs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Self

from traceability.errors import CheckFailed, InvalidInput
from traceability.log.domain import prefix
from traceability.log.merkle import HASH_BYTES

EMPTY = bytes(HASH_BYTES)
"""The hash of a subtree without leaves, and so the root of the empty map."""
NO_EVENTS = bytes(HASH_BYTES)
"""The chain of a name that stands in no event."""
KEY_BITS = 256

_NAME, _NAMES = prefix("guoji/name"), prefix("guoji/names")
_CHAIN, _MAP = prefix("guoji/map-chain"), prefix("guoji/map")
LEAF_PREFIX, NODE_PREFIX = prefix("guoji/map-leaf"), prefix("guoji/map-node")
LEAF_BYTES = HASH_BYTES + 8 + HASH_BYTES


def name_hash(name: str) -> bytes:
    """The key of a name, which is an identifier as an event mentions it."""
    return sha256(_NAME + name.encode()).digest()


def name_hashes(names: Iterable[str]) -> bytes:
    """The keys of `names` one after another, each once, in ascending order."""
    return b"".join(sorted({name_hash(name) for name in names}))


def names_digest(hashes: bytes) -> bytes:
    """What an entry commits to: `hashes` as `name_hashes` makes them."""
    return sha256(_NAMES + hashes).digest()


@dataclass(frozen=True, slots=True)
class NameLeaf:
    """What the map says of one name."""

    key: bytes
    count: int
    """In how many entries the name stands."""
    chain: bytes
    """Over the leaf hashes of those entries, in the order of the log."""

    def then(self, *leaf_hashes: bytes) -> "NameLeaf":
        """The name, after further entries in which it stands."""
        chain = self.chain
        for leaf_hash in leaf_hashes:
            chain = sha256(_CHAIN + chain + leaf_hash).digest()
        return NameLeaf(self.key, self.count + len(leaf_hashes), chain)

    @property
    def hash(self) -> bytes:
        return sha256(LEAF_PREFIX + self.to_bytes()).digest()

    def to_bytes(self) -> bytes:
        return self.key + self.count.to_bytes(8, "big") + self.chain

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The leaf in `LEAF_BYTES` that `to_bytes` wrote."""
        return cls(data[:HASH_BYTES], int.from_bytes(data[HASH_BYTES:-HASH_BYTES], "big"), data[-HASH_BYTES:])


def nothing(key: bytes) -> NameLeaf:
    """What there is to say of a name that stands in no entry."""
    return NameLeaf(key, 0, NO_EVENTS)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(NODE_PREFIX + left + right).digest()


def bit(key: bytes, depth: int) -> int:
    """Which way `key` goes at `depth`: 0 is left. The first bit is the highest one of the first byte."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


@dataclass(frozen=True, slots=True)
class MapProof:
    """Where the way of a key ends: at its own leaf, at another one, or at an empty place."""

    siblings: tuple[bytes, ...]
    """From the end of the way up to the root's child; their number is the depth at which the way ends."""
    other: NameLeaf | None = None
    """The leaf of another key at which the way ends; None otherwise."""


def check_map(leaf: NameLeaf, proof: MapProof, root: bytes) -> None:
    """Check that the map of `root` holds just this for the name; a count of 0 says that it holds nothing.

    Raises `CheckFailed`, which says what does not fit.
    """
    depth = len(proof.siblings)
    if depth > KEY_BITS:
        raise CheckFailed(f"map proof has {depth} hashes, want at most {KEY_BITS}")
    for position, sibling in enumerate(proof.siblings):
        if len(sibling) != HASH_BYTES:
            raise CheckFailed(f"hash {position} of the map proof has {len(sibling)} bytes, want {HASH_BYTES}")
    node = _end_of_way(leaf, proof.other, depth)
    for height, sibling in enumerate(proof.siblings):
        to_the_right = bit(leaf.key, depth - 1 - height)
        node = node_hash(sibling, node) if to_the_right else node_hash(node, sibling)
    if node != root:
        raise CheckFailed(
            f"map proof of a name in {leaf.count} entries leads to {node.hex()}, not to the root {root.hex()}"
        )


def _end_of_way(leaf: NameLeaf, other: NameLeaf | None, depth: int) -> bytes:
    if leaf.count:
        if other is not None:
            raise CheckFailed("map proof ends at another name's leaf, want the name's own")
        return leaf.hash
    if leaf.chain != NO_EVENTS:
        raise CheckFailed("a name that stands in no entry has a chain")
    if other is None:
        return EMPTY
    if other.key == leaf.key:
        raise CheckFailed(f"the map holds the name, {other.count} times")
    if any(bit(other.key, place) != bit(leaf.key, place) for place in range(depth)):
        raise CheckFailed("map proof ends at a leaf that does not lie on the name's way")
    return other.hash


@dataclass(frozen=True, slots=True)
class MapEntry:
    """The entry that ends each integration: the root of the map over all entries before it."""

    index: int
    """Its own place in the log, so also how many entries the map is about."""
    root: bytes

    def to_bytes(self) -> bytes:
        return _MAP + self.index.to_bytes(8, "big") + self.root

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises `InvalidInput` for another kind of entry."""
        want = len(_MAP) + 8 + HASH_BYTES
        if not is_map_entry(data) or len(data) != want:
            raise InvalidInput(
                f"entry of {len(data)} bytes is not a map entry, want {want} from {_MAP.hex()}"
            )
        return cls(int.from_bytes(data[len(_MAP) : -HASH_BYTES], "big"), data[-HASH_BYTES:])


def is_map_entry(entry: bytes) -> bool:
    return entry.startswith(_MAP)


def to_names_bundle(names: Sequence[bytes]) -> bytes:
    """The name hashes of some entries, each after their number as a u32."""
    return b"".join((len(hashes) // HASH_BYTES).to_bytes(4, "big") + hashes for hashes in names)


def from_names_bundle(bundle: bytes, width: int) -> list[bytes]:
    """The name hashes of `width` entries. Raises `InvalidInput` if the bundle is not of just so many."""
    names: list[bytes] = []
    position = 0
    while position < len(bundle) and len(names) < width:
        start = position + 4
        position = start + HASH_BYTES * int.from_bytes(bundle[position:start], "big")
        names.append(bundle[start:position])
    if position != len(bundle) or len(names) != width:
        raise InvalidInput(f"names bundle of {len(bundle)} bytes is not of {width} entries")
    return names


def split_hashes(hashes: bytes) -> Sequence[bytes]:
    """The keys that `name_hashes` joined. Raises `InvalidInput` if that is not how it would have."""
    keys = [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]
    if len(hashes) % HASH_BYTES or any(left >= right for left, right in pairwise(keys)):
        raise InvalidInput(f"{len(hashes)} bytes of name hashes are not ascending hashes of {HASH_BYTES}")
    return keys
