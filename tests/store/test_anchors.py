"""The store remembers every anchor of a contract, and which of them may still come to be."""

from datetime import UTC, datetime

from traceability.ledger.ports import Anchor
from traceability.store.anchors import AnchorTable

HERE, LOST = "0x" + "aa" * 20, "0x" + "bb" * 20
AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def an_anchor(old_size, size, state="sent", **fields):
    tx_hash = f"0x{old_size:032x}{size:032x}"
    return Anchor(tx_hash, old_size, size, bytes(32), "note", b"raw", AT, state, **fields)


def kept(engine, *anchors, contract=HERE):
    table = AnchorTable(engine, contract)
    for each in anchors:
        table.keep(each)
    return table


def test_what_is_kept_is_read_as_it_was(engine):
    sent = an_anchor(0, 3)
    table = kept(engine, sent)
    assert table.open() == [sent]

    final = an_anchor(0, 3, "final", block_number=7, block_hash="0x07", block_time=AT)
    table.keep(final)

    assert (table.open(), table.last_final()) == ([], final)


def test_open_are_those_that_no_final_anchor_has_passed_by(engine):
    possible = [an_anchor(5, 7), an_anchor(5, 8, "mined"), an_anchor(7, 9), an_anchor(5, 9, "reverted")]
    passed = [an_anchor(0, 9), an_anchor(3, 4, "reverted"), an_anchor(3, 6), an_anchor(0, 2)]
    table = kept(engine, an_anchor(0, 3, "final"), an_anchor(3, 5, "final"), *possible, *passed)

    assert {each.tx_hash for each in table.open()} == {each.tx_hash for each in possible}


def test_what_a_final_anchor_had_passed_by_is_open_again_when_it_is_final_no_longer(engine):
    table = kept(engine, an_anchor(0, 3, "final"), an_anchor(0, 5))
    assert table.open() == []

    table.keep(an_anchor(0, 3))

    assert len(table.open()) == 2


def test_the_last_final_anchor_is_that_of_the_largest_tree_and_an_entry_is_covered_by_the_smallest(engine):
    table = kept(engine, *(an_anchor(size - 1, size, "final") for size in (3, 9, 5)))

    last = table.last_final()
    covering = [table.covering(index) for index in (2, 3, 8, 9)]

    assert last is not None
    assert last.size == 9
    assert [each and each.size for each in covering] == [3, 5, 9, None]


def test_each_contract_has_anchors_of_its_own(engine):
    kept(engine, an_anchor(0, 9, "final"), an_anchor(9, 10), contract=LOST)
    table = kept(engine, an_anchor(0, 3, "final"), an_anchor(3, 5))

    last = table.last_final()

    assert last is not None
    assert last.size == 3
    assert [each.size for each in table.open()] == [5]


def test_what_is_under_way_under_an_earlier_key_is_another_logs_and_what_is_final_stays(engine):
    before = AnchorTable(engine, HERE, "key-1")
    for each in (an_anchor(0, 3, "final"), an_anchor(3, 5)):
        before.keep(each)
    now = AnchorTable(engine, HERE, "key-2")
    first = an_anchor(0, 7)
    now.keep(first)

    assert now.open() == [first]
    assert [each.size for each in before.open()] == [5]
    last, covering = now.last_final(), now.covering(0)
    assert last is not None
    assert last == covering == before.last_final()


def test_what_is_kept_again_stays_under_its_key(engine):
    before, now = AnchorTable(engine, HERE, "key-1"), AnchorTable(engine, HERE, "key-2")
    before.keep(an_anchor(0, 3, "final"))

    now.keep(an_anchor(0, 3))

    assert now.open() == []
    assert [each.size for each in before.open()] == [3]
