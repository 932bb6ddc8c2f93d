"""Tiles against the lists they stand for, and their paths against the C2SP text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import CheckFailed, InvalidInput
from traceability.log import merkle, tiles
from traceability.log.tiles import TilePath

LEAVES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]
sizes = st.one_of(st.integers(0, 1200), st.sampled_from([255, 256, 257, 65_535, 65_536, 65_537, 70_000]))


class Kept:
    """Tiles in a dict, widest version wins; counts what is read."""

    def __init__(self, size=0):
        self.tiles = {}
        self.reads = []
        self.size = 0
        self.grow(size)

    def grow(self, size):
        self.tiles |= tiles.extend(self.size, LEAVES[self.size : size], self.read)
        self.size = size

    def read(self, level, index, width):
        self.reads.append((level, index, width))
        return self.tiles[level, index]


@pytest.fixture(scope="module")
def big():
    return Kept(70_000)


@given(size=sizes)
def test_the_root_from_tiles_is_the_root_of_the_list(big, size):
    assert tiles.root(size, big.read) == merkle.root_of(LEAVES[:size])


@given(size=sizes.filter(bool), data=st.data())
def test_an_inclusion_proof_from_tiles_is_the_one_from_the_list(big, size, data):
    index = data.draw(st.integers(0, size - 1))

    assert tiles.inclusion_proof(size, index, big.read) == merkle.inclusion_proof(LEAVES[:size], index)


@given(size=sizes, data=st.data())
def test_a_consistency_proof_from_tiles_is_the_one_from_the_list(big, size, data):
    old = data.draw(st.integers(0, size))

    assert tiles.consistency_proof(old, size, big.read) == merkle.consistency_proof(LEAVES[:size], old)


@given(st.lists(st.integers(0, 600), max_size=6))
def test_a_log_grown_in_steps_has_the_tiles_of_one_grown_at_once(steps):
    log = Kept()
    for step in steps:
        log.grow(log.size + step)

    assert log.tiles == Kept(log.size).tiles


@given(st.integers(0, 1500), st.integers(0, 1500))
def test_extending_changes_exactly_the_tiles_that_are_new_or_wider(old, more):
    changed = tiles.extend(old, LEAVES[old : old + more], Kept(old).read)

    named = list(tiles.new_tiles(old, old + more))

    assert [(tile.level, tile.index) for tile in named] == sorted(changed)
    assert [tile.width * 32 for tile in named] == [len(changed[t.level, t.index]) for t in named]


def test_extending_reads_the_right_edge_only(big):
    big.reads.clear()

    tiles.extend(70_000, LEAVES[:1000], big.read)

    assert big.reads == [(0, 273, 112), (1, 1, 17)]


def test_proofs_read_few_tiles_each_once(big):
    big.reads.clear()

    tiles.inclusion_proof(70_000, 12_345, big.read)
    tiles.consistency_proof(12_345, 70_000, big.read)
    tiles.root(70_000, big.read)

    assert len(big.reads) <= 12


def test_a_tree_of_70000_has_the_tiles_that_the_specification_lists():
    grown = list(tiles.new_tiles(0, 70_000))

    full = [tile for tile in grown if tile.width == 256]
    partial = [(tile.level, tile.width) for tile in grown if tile.width < 256]
    assert [sum(tile.level == level for tile in full) for level in (0, 1)] == [273, 1]
    assert partial == [(0, 112), (1, 17), (2, 1)]


def test_a_tree_of_256_has_one_full_tile_and_one_above_it():
    assert list(tiles.new_tiles(0, 256)) == [TilePath(0, 0, 256), TilePath(1, 0, 1)]


def test_a_tile_that_is_too_short_is_named():
    with pytest.raises(CheckFailed, match=r"tile/0/000\.p/5 has 128 bytes, want 160"):
        tiles.root(5, lambda level, index, width: b"".join(LEAVES[:4]))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (TilePath(0, 0), "tile/0/000"),
        (TilePath(1, 1234067), "tile/1/x001/x234/067"),
        (TilePath(63, 999), "tile/63/999"),
        (TilePath(2, 1000, 1), "tile/2/x001/000.p/1"),
        (TilePath(None, 5, 255), "tile/entries/005.p/255"),
    ],
)
def test_a_path_is_written_and_read_as_specified(path, text):
    assert str(path) == text
    assert TilePath.parse(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "-",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/0000",
        "tile/0/001/000",
        "tile/0/x01/000",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0//000",
        "tile/x/000",
        "tile/0/xx01/000",
        "tile/0/0_0",
        "tile/0/+01",
        "tile/0/٠٠٠",
        "tile/entries/",
        "tile/0/000.p/1.p/1",
        "entries/0/000",
        "tile/0/x001/x001/x001/x001/x001/x001/x001/000",
    ],
)
def test_any_other_spelling_of_a_path_is_refused(text):
    with pytest.raises(InvalidInput):
        TilePath.parse(text)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_an_entry_bundle_gives_its_entries_back(entries):
    assert tiles.from_bundle(tiles.to_bundle(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x02a", b"\x00\x01ab", b"\x00\x00" * 257])
def test_a_cut_or_overfull_entry_bundle_is_refused(bundle):
    with pytest.raises(InvalidInput, match="cut or too long"):
        tiles.from_bundle(bundle)


def test_an_entry_longer_than_a_bundle_can_say_is_refused():
    with pytest.raises(InvalidInput, match="65536 bytes, want at most 65535"):
        tiles.to_bundle([bytes(65_536)])
