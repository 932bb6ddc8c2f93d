"""Events are kept once each, and handed to the log exactly once."""

import pytest
from sqlalchemy import text

from tests.builders import FARM, FIELD_LOT, LOT, a_harvest, a_pack_out
from traceability.errors import CheckpointConflict, Unknown
from traceability.ledger.capture import as_stored, capture
from traceability.log.merkle import leaf_hash, root_of
from traceability.log.name_map import MapEntry, is_map_entry
from traceability.log.tiles import root
from traceability.store.events import EventTable
from traceability.store.log import CheckpointTable, LogTable, queue


def some_events(count: int, start: int = 0):
    return [a_harvest(kg=number + 1) for number in range(start, start + count)]


def test_an_event_reads_back_as_it_was_captured(engine):
    events, harvest = EventTable(engine), a_harvest()

    [captured] = capture([harvest], FARM, events, 5)

    stored = events.by_key(captured.key)
    assert (stored.event, stored.submitter, stored.captured_at_ms) == (harvest, FARM, 5)


def test_the_same_event_of_the_same_party_is_kept_once_and_named(engine):
    events = EventTable(engine)

    [first] = capture([a_harvest()], FARM, events, 5)
    [again] = capture([a_harvest()], FARM, events, 6)

    assert again.duplicate
    assert (again.key, again.event_hash) == (first.key, first.event_hash)


def test_the_same_words_of_two_parties_are_two_events(engine):
    events = EventTable(engine)

    [mine] = capture([a_harvest()], FARM, events, 5)
    [theirs] = capture([a_harvest()], "9521234000013", events, 5)

    assert not theirs.duplicate
    assert mine.key != theirs.key


def test_one_document_that_holds_an_event_twice_keeps_it_once(engine):
    captured = capture([a_harvest(), a_harvest()], FARM, EventTable(engine), 5)

    assert [each.duplicate for each in captured] == [False, True]


def test_events_are_found_by_everything_they_mention(engine):
    events = EventTable(engine)
    capture([a_harvest(), a_pack_out(3)], FARM, events, 5)

    assert len(events.mentioning([FIELD_LOT])) == 2
    assert len(events.mentioning([FIELD_LOT, LOT])) == 2
    assert events.mentioning(["https://id.gs1.org/00/095212340000000013"]) == []


def test_events_are_found_among_more_names_than_a_statement_takes(engine):
    events = EventTable(engine)
    capture([a_harvest(), a_pack_out(3)], FARM, events, 5)

    names = [LOT, *(f"urn:x:{number}" for number in range(70_000)), FIELD_LOT]

    assert len(events.mentioning(names)) == 2


def test_an_unknown_key_is_an_unknown_event(engine):
    with pytest.raises(Unknown, match="no event has the key 'abc'"):
        EventTable(engine).by_key("abc")


@pytest.mark.parametrize("batches", [[3], [1, 1, 1], [250, 10, 300]])
def test_queued_events_become_dense_entries_under_the_right_root(engine, batches):
    events, log = EventTable(engine), LogTable(engine)

    start = 0
    for count in batches:
        events.insert([as_stored(each, FARM, 5, bytes(16)) for each in some_events(count, start)])
        log.integrate(1_000)
        start += count

    entries = log.entries(0, 1_000)
    assert log.size() == len(entries) == start + len(batches)
    assert root(len(entries), log.read_tile) == root_of([leaf_hash(entry) for entry in entries])
    assert log.index_of(leaf_hash(entries[-2]).hex()) == len(entries) - 2


def test_integrating_takes_no_more_than_it_is_told(engine):
    capture(some_events(5), FARM, EventTable(engine), 5)
    log = LogTable(engine)

    log.integrate(2)

    assert [is_map_entry(entry) for entry in log.entries(0, 9)] == [False, False, True]


def test_what_is_queued_is_taken_without_reading_the_events_before_it(engine):
    capture(some_events(5), FARM, EventTable(engine), 5)
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plan follows from its statistics")

    with engine.connect() as connection:
        asked = str(queue.limit(2).compile(engine, compile_kwargs={"literal_binds": True}))
        plan = [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]

    assert plan[0].startswith("SCAN pending")
    assert plan[1].startswith("SEARCH event")


def test_a_tile_that_is_not_filled_that_far_is_unknown(engine):
    with pytest.raises(Unknown, match="holds 0 hashes, 1 were asked for"):
        LogTable(engine).read_tile(0, 0, 1)


def test_of_two_publishers_only_the_one_that_saw_the_newest_checkpoint_wins(engine):
    checkpoints = CheckpointTable(engine, "guoji.example/log")

    checkpoints.replace(None, "first")
    checkpoints.replace("first", "second")

    assert checkpoints.newest() == "second"
    for stale in (None, "first"):
        with pytest.raises(CheckpointConflict, match="has moved on"):
            checkpoints.replace(stale, "fork")


def test_a_successor_stands_before_the_events_and_the_map_after_them(engine):
    events, log = EventTable(engine), LogTable(engine)
    [first] = capture([a_harvest()], FARM, events, 5)

    log.integrate(10, b"successor")
    log.integrate(10, b"another")

    kept = events.by_key(first.key)
    assert log.entries(0, 2) == [b"successor", kept.entry]
    assert log.entries(3, 4) == [b"another"]
    assert log.names(0, 2) == [b"", kept.names]
    assert [MapEntry.from_bytes(log.entries(index, index + 1)[0]).index for index in (2, 4)] == [2, 4]
