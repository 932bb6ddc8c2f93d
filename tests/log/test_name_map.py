"""The name map: pages against the plain definition, and proofs against ways to cheat."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.errors import CheckFailed, InvalidInput
from traceability.log.map_pages import NamePages
from traceability.log.name_map import (
    EMPTY,
    MapEntry,
    MapProof,
    NameLeaf,
    bit,
    check_map,
    from_names_bundle,
    name_hash,
    name_hashes,
    node_hash,
    nothing,
    split_hashes,
    to_names_bundle,
)

LIMITED = settings(max_examples=60, deadline=None)


class Kept:
    """Pages in memory; counts what is read."""

    def __init__(self, most=16):
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


def test_growth_in_any_portions_gives_the_same_pages():
    leaves = [a_leaf(number) for number in range(300)]
    at_once, bit_by_bit = Kept(), Kept()

    at_once.grow(*leaves)
    for start in range(0, 300, 7):
        bit_by_bit.grow(*leaves[start : start + 7][::-1])

    assert at_once.pages == bit_by_bit.pages


def test_a_name_is_looked_up_without_reading_the_rest():
    kept = Kept()
    kept.grow(*(a_leaf(number) for number in range(5_000)))
    kept.read = 0

    NamePages(kept).prove(a_leaf(77).key)

    assert kept.read <= 5
    assert len(kept.pages) > 200


def test_entries_are_counted_and_chained_in_the_order_of_the_log():
    lot, device, kept = name_hashes(["lot"]), name_hashes(["lot", "device"]), Kept()
    first, second, third = (bytes([n]) * 32 for n in range(3))

    for portion in ([(first, lot), (second, device)], [(third, lot)]):
        kept.pages |= NamePages(kept).add(portion)

    key = name_hash("lot")
    assert NamePages(kept).leaves([key, name_hash("other")]) == {key: nothing(key).then(first, second, third)}
    assert nothing(key).then(first, second, third) == nothing(key).then(first).then(second).then(third)
    assert nothing(key).then(first, second) != nothing(key).then(second, first)


HELD = [a_leaf(number) for number in range(100)]
ABSENT = a_leaf(1_000).key


@pytest.fixture
def kept():
    kept = Kept()
    kept.grow(*HELD)
    return kept


@pytest.mark.parametrize(
    ("cheat", "complaint"),
    [
        (lambda leaf, proof: (replace(leaf, count=2), proof), "entries leads to"),
        (lambda leaf, proof: (replace(leaf, chain=bytes(32)), proof), "entries leads to"),
        (lambda leaf, proof: (replace(leaf, key=HELD[1].key), proof), "entries leads to"),
        (lambda leaf, proof: (nothing(leaf.key), proof), "entries leads to"),
        (
            lambda leaf, proof: (nothing(leaf.key), MapProof(proof.siblings, leaf)),
            "the map holds the name, 1",
        ),
        (lambda leaf, proof: (leaf, MapProof(proof.siblings, HELD[1])), "ends at another name's leaf"),
        (lambda leaf, proof: (leaf, MapProof(proof.siblings[1:])), "entries leads to"),
        (lambda leaf, proof: (leaf, MapProof(proof.siblings[::-1])), "entries leads to"),
        (lambda leaf, proof: (leaf, MapProof((EMPTY, *proof.siblings))), "entries leads to"),
        (lambda leaf, proof: (leaf, MapProof((proof.siblings[0][:31], *proof.siblings[1:]))), "hash 0 of"),
        (lambda leaf, proof: (leaf, MapProof((EMPTY,) * 257)), "has 257 hashes, want at most 256"),
    ],
)
def test_a_cheat_about_a_name_that_is_held_is_caught(kept, cheat, complaint):
    leaf, proof = NamePages(kept).prove(HELD[0].key)

    with pytest.raises(CheckFailed, match=complaint):
        check_map(*cheat(leaf, proof), NamePages(kept).root())


def test_nobody_can_be_said_to_be_absent_by_way_of_a_leaf_elsewhere(kept):
    """The leaf is in the map, with a sound proof, but does not lie where the name would."""
    other, proof = NamePages(kept).prove(HELD[0].key)
    stranger = next(leaf for leaf in HELD if bit(leaf.key, 0) != bit(other.key, 0))

    with pytest.raises(CheckFailed, match="does not lie on the name's way"):
        check_map(nothing(stranger.key), MapProof(proof.siblings, other), NamePages(kept).root())


def test_a_name_that_is_absent_cannot_be_said_to_be_held(kept):
    _, proof = NamePages(kept).prove(ABSENT)

    for lie in (NameLeaf(ABSENT, 1, bytes(32)), replace(nothing(ABSENT), chain=b"x" * 32)):
        with pytest.raises(CheckFailed):
            check_map(lie, proof, NamePages(kept).root())


@given(st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32))
def test_a_map_entry_is_read_back_as_it_was_written(index, root):
    entry = MapEntry(index, root)

    assert MapEntry.from_bytes(entry.to_bytes()) == entry
    assert len(entry.to_bytes()) == 51


@pytest.mark.parametrize("data", [b"", b"\x01\x09guoji/map", MapEntry(1, EMPTY).to_bytes()[:-1], bytes(51)])
def test_another_entry_is_no_map_entry(data):
    with pytest.raises(InvalidInput, match="is not a map entry"):
        MapEntry.from_bytes(data)


@given(st.lists(st.sets(st.text(), max_size=4), max_size=5))
def test_a_bundle_of_names_is_read_back_as_it_was_written(names):
    hashes = [name_hashes(each) for each in names]

    assert from_names_bundle(to_names_bundle(hashes), len(hashes)) == hashes
    with pytest.raises(InvalidInput, match="names bundle of"):
        from_names_bundle(to_names_bundle(hashes), len(hashes) + 1)
    with pytest.raises(InvalidInput, match="names bundle of"):
        from_names_bundle(to_names_bundle(hashes) + b"\x00", len(hashes))


@pytest.mark.parametrize("hashes", [b"x", EMPTY + EMPTY, b"\x01" * 32 + EMPTY])
def test_name_hashes_that_are_cut_repeated_or_out_of_order_are_refused(hashes):
    with pytest.raises(InvalidInput, match="not ascending hashes"):
        split_hashes(hashes)
