"""Scans are kept a row a phone and hour, bounded, and go after a time; a scratch code is opened once."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests.store.database_files import holds
from traceability.ledger.scan import DAY_MS, HOUR_MS, MOST_KEPT, MOST_OF_A_NETWORK, Cell, Scan, Scanned
from traceability.ledger.scan_verdict import Crowd, Flood, judge
from traceability.store import dump
from traceability.store.counts import Counts
from traceability.store.scans import ScanTable

ITEM, OTHER = (f"https://id.gs1.org/01/09521234000020/21/{serial}" for serial in ("A", "B"))
NOON = 1_790_000_000_000 // DAY_MS * DAY_MS


def a_scan(at_ms=NOON, phone="a", network="n", cell=None, by_party=False):
    return Scan(at_ms, at_ms, phone.encode(), network.encode(), cell, 1, by_party)


@pytest.fixture
def table(engine):
    return ScanTable(engine)


def test_a_scan_is_kept_and_the_answer_is_what_was_there_before(table):
    assert table.add(ITEM, a_scan()).scans == ()
    before = table.add(ITEM, a_scan(NOON + 1, "b", "m", Cell(-1, -120), by_party=True))
    table.add(OTHER, a_scan())

    assert before.scans == (a_scan(),)
    assert table.of(ITEM).scans == (a_scan(), a_scan(NOON + 1, "b", "m", Cell(-1, -120), by_party=True))
    assert (table.of(ITEM).first_ms, table.of(ITEM).not_kept) == (NOON, 0)
    assert table.of("nothing") == Scanned()


def test_one_phone_within_an_hour_is_one_row_and_the_next_hour_another(table):
    for minute in (0, 1, 59, 60, 61):
        table.add(ITEM, a_scan(NOON + minute * 60_000))

    first, second = table.of(ITEM).scans
    assert (first.first_ms, first.last_ms, first.posts) == (NOON, NOON + 59 * 60_000, 3)
    assert second.posts == 2


def test_a_place_that_is_told_later_counts_and_one_that_was_told_stays(table):
    for cell in (None, Cell(30, 120), Cell(39, 116), None):
        table.add(ITEM, a_scan(cell=cell))

    [scan] = table.of(ITEM).scans
    assert scan.cell == Cell(30, 120)


def test_it_is_kept_whether_the_phone_told_its_place_and_a_proxys_word_stays(table):
    table.add(ITEM, a_scan())
    for place in (replace(a_scan(cell=Cell(30, 120)), told=True), a_scan(cell=Cell(39, 116))):
        table.add(ITEM, place)
    for place in (a_scan(cell=Cell(39, 116)), replace(a_scan(cell=Cell(30, 120)), told=True)):
        table.add(OTHER, place)

    assert [(str(each.cell), each.told) for item in (ITEM, OTHER) for each in table.of(item).scans] == [
        ("30,120", True),
        ("39,116", False),
    ]


def test_a_phone_that_only_tells_its_place_is_not_counted_again(table):
    table.add(ITEM, a_scan())
    table.add(ITEM, replace(a_scan(cell=Cell(30, 120)), posts=0))

    [scan] = table.of(ITEM).scans
    assert (scan.posts, scan.cell) == (1, Cell(30, 120))


def test_a_flood_from_one_network_leaves_room_for_the_others_however_many_hours_it_lasts(table):
    for number in range(MOST_OF_A_NETWORK + 5):
        table.add(ITEM, a_scan(NOON + number * HOUR_MS, str(number)))
    table.add(ITEM, a_scan(phone="honest", network="other"))

    known = table.of(ITEM)
    assert (len(known.scans), known.not_kept) == (MOST_OF_A_NETWORK + 1, 5)


def test_a_flood_of_made_up_phones_in_one_network_is_told_as_one(table):
    for number in range(100):
        table.add(ITEM, a_scan(phone=str(number)))

    known = table.of(ITEM)
    assert (len(known.scans), known.not_kept) == (MOST_OF_A_NETWORK, 1)
    verdict = judge(known, 0)
    assert verdict.odd == (Flood(NOON, 99, 1),)
    assert (verdict.scans, verdict.devices) == (99, 99)


def test_rows_filled_beforehand_hide_no_copies_that_are_opened_later(table, monkeypatch):
    monkeypatch.setattr("traceability.ledger.scan.MOST_KEPT", 40)
    for number in range(60):
        table.add(ITEM, a_scan(NOON + number * HOUR_MS, str(number), f"filler {number % 3}"))
    for number in range(15):
        table.add(ITEM, a_scan(NOON + 70 * HOUR_MS + number, f"copy {number}", f"copy {number}"))

    known = table.of(ITEM)
    assert (len(known.scans), known.not_kept) == (40, 35)
    [crowd] = judge(known, NOON + 69 * HOUR_MS).odd
    assert crowd == Crowd(NOON + 70 * HOUR_MS, NOON + 70 * HOUR_MS + 14, 15)


def test_a_flood_from_everywhere_cannot_fill_the_disk(table, engine, monkeypatch):
    monkeypatch.setattr("traceability.ledger.scan.MOST_KEPT", 7)
    for number in range(9):
        table.add(ITEM, a_scan(phone=str(number), network=str(number)))
    table.add(OTHER, a_scan())

    assert (len(table.of(ITEM).scans), table.of(ITEM).not_kept) == (7, 2)
    assert len(table.of(OTHER).scans) == 1
    assert MOST_KEPT == 500
    counted = Counts(engine, "").all()
    assert (counted["scanned_items"], counted["scans"], counted["scans_only_counted"]) == (2, 10, 2)


def test_rows_go_after_their_time_and_the_first_scan_is_remembered(table):
    table.add(ITEM, a_scan(NOON - 5 * DAY_MS))
    table.add(ITEM, a_scan(NOON))

    assert table.drop(NOON - DAY_MS, 0, 0) == 1
    assert table.drop(NOON - DAY_MS, 0, 0) == 0
    assert table.of(ITEM) == Scanned((a_scan(NOON),), NOON - 5 * DAY_MS, not_kept=1)


def test_a_salt_is_the_same_within_its_period(table, engine):
    first = table.salt(7)

    assert ScanTable(engine).salt(7) == first != table.salt(8)
    assert len(first) == 32


def test_a_salt_is_destroyed_after_its_period_and_in_no_file_of_the_database(table, engine):
    old, new = table.salt(7), table.salt(8)
    assert holds(engine, old)
    table.drop(0, 8, 0)

    assert not holds(engine, old)
    assert table.salt(8) == new
    assert table.salt(7) != old


def test_a_salt_that_somebody_reads_at_its_end_is_out_of_the_files_the_next_time(table, engine, monkeypatch):
    monkeypatch.setattr("traceability.store.sweep._WAIT_MS", 10)
    old = table.salt(7)
    isolated = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**isolated) as reader:
        reader.execute(text("SELECT count(*) FROM scan_salt")).all()
        table.drop(0, 8, 0)
        assert table.salt(7) != old
    table.drop(0, 8, 0)

    assert not holds(engine, old)


def test_a_salt_is_in_no_backup():
    saved = {table.name for table in dump.tables()}

    assert "scan" in saved
    assert "scan_salt" not in saved


def test_tries_at_a_scratch_code_are_counted_an_item_an_hour_and_a_network(table):
    assert [table.take_try(ITEM, 1, b"a", 2, 9) for _ in range(4)] == [True, True, False, False]
    assert table.take_try(ITEM, 2, b"a", 2, 9)
    assert table.take_try(OTHER, 1, b"a", 2, 9)
    assert table.take_try(ITEM, 1, b"b", 2, 9)


def test_tries_of_all_networks_together_have_an_end(table):
    assert [table.take_try(ITEM, 1, bytes([each]), 2, 3) for each in range(5)] == [True] * 3 + [False] * 2
    assert table.take_try(ITEM, 2, b"a", 2, 3)


def test_only_the_first_opening_of_a_scratch_code_is_kept(table):
    assert table.open_scratch(ITEM, b"a", 5) == (5, b"a")
    assert table.open_scratch(ITEM, b"b", 9) == (5, b"a")


def test_of_a_scratch_code_it_stays_when_it_was_opened_and_nothing_of_the_phone(table, engine):
    table.take_try(ITEM, 0, b"n", 9, 9)
    table.open_scratch(ITEM, b"a", 5)
    table.drop(0, 0, 5)
    assert table.open_scratch(ITEM, b"b", 9) == (5, b"a")
    table.drop(0, 0, HOUR_MS)

    assert table.open_scratch(ITEM, b"b", 9) == (5, b"")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM scratch_try")).scalar_one() == 0


def test_the_most_scanned_come_first(table):
    for phone in "abc":
        table.add(OTHER, a_scan(phone=phone, network=phone))
        table.add(ITEM, a_scan(phone=phone))
    table.add("old", a_scan(NOON - DAY_MS))

    assert table.most_scanned(NOON - HOUR_MS, 9, "") == [OTHER, ITEM]
    assert table.most_scanned(NOON - HOUR_MS, 1, "") == [OTHER]
    assert table.most_scanned(0, 9, "https://id.gs1.org/01/09521234000020/") == [OTHER, ITEM]
    assert table.most_scanned(0, 9, "https://id.gs1.org/01/0952123400002_/") == []


def test_a_sample_is_marked_once_and_unmarked(table):
    table.mark_sample(ITEM, 5)
    table.mark_sample(ITEM, 9)

    assert table.add(ITEM, a_scan()).sample_since_ms == 5
    assert table.unmark_sample(ITEM)
    assert not table.unmark_sample(ITEM)
    assert table.of(ITEM).sample_since_ms is None
