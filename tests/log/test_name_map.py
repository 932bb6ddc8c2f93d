"""The name map: pages against the plain definition, and proofs against every way to cheat that comes to mind."""

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.log.map_pages import NamePages
from traceability.log.name_map import (
    EMPTY,
    NameLeaf,
    bit,
    check_map,
    node_hash,
    nothing,
)

LIMITED = settings(max_examples=60, deadline=None)


class Kept:
    """Pages in memory; counts what is read."""

    def __init__(self, most=64):
        self.most = most
        self.pages = {}
        self.read = 0

    def __call__(self, paths):
        self.read += len(paths)
        return {path: self.pages[path] for path in paths if path in self.pages}

    def grow(self, *leaves):
        self.pages |= NamePages(self, self.most).grow(leaves)
        return NamePages(self).root()


def plain_root(leaves, depth=0):
    """The definition, word for word."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0].hash
    sides = [[leaf for leaf in leaves if bit(leaf.key, depth) == side] for side in (0, 1)]
    return node_hash(*(plain_root(side, depth + 1) for side in sides))


def a_leaf(number, count=1):
    return NameLeaf(sha256(str(number).encode()).digest(), count, bytes([count]) * 32)


# Few first bytes and few last ones, so that ways run together for long.
keys = st.builds(
    lambda first, middle, last: (first + bytes(middle) + last).ljust(32, b"\xff")[:32],
    st.binary(max_size=1),
    st.integers(0, 30),
    st.binary(max_size=2),
)
some_leaves = st.lists(st.builds(NameLeaf, keys, st.integers(1, 3), st.just(bytes(32))), max_size=40)


@LIMITED
@given(batches=st.lists(some_leaves, max_size=4), most=st.sampled_from([1, 2, 5, 64]))
def test_pages_have_the_root_that_the_definition_gives(batches, most):
    kept, held = Kept(most), {}
    for leaves in batches:
        held |= {leaf.key: leaf for leaf in leaves}
        assert kept.grow(*leaves) == plain_root(sorted(held.values(), key=lambda leaf: leaf.key))

    assert NamePages(kept).leaves(held) == held


@LIMITED
@given(leaves=some_leaves, asked=keys, most=st.sampled_from([1, 5, 64]))
def test_every_name_held_or_not_is_proved(leaves, asked, most):
    kept = Kept(most)
    root = kept.grow(*leaves)
    held = {leaf.key: leaf for leaf in leaves}

    for key in [*held, asked]:
        found, proof = NamePages(kept).prove(key)
        assert found == held.get(key)
        check_map(found or nothing(key), proof, root)
