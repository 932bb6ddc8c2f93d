"""A room that nobody ends is ended by rule, with its record; no room before its time."""

import pytest

from tests.live.broadcasting import CODE, Broadcast, a_room, copied
from traceability.live.overdue import ON_AIR_AT_MOST_MS, UNUSED_AT_MOST_MS, end_overdue
from traceability.live.record import Kind
from traceability.live.room import Phase
from traceability.live.rooms import Rooms


@pytest.fixture
def on(migrated_sqlite, tmp_path):
    broadcast = Broadcast(copied(migrated_sqlite, tmp_path))
    broadcast.make()
    yield broadcast
    broadcast.engine.dispose()


def ended(on):
    return [each.code for each in end_overdue(Rooms(on.rooms, lambda _: True, lambda: on.now_ms))]


def test_a_room_is_on_air_for_a_day_at_most_and_its_record_has_the_end(on):
    on.now_ms += UNUSED_AT_MOST_MS - 1
    on.phase(Phase.ON_AIR)

    on.now_ms += ON_AIR_AT_MOST_MS - 1
    assert ended(on) == []
    on.now_ms += 1
    assert ended(on) == [CODE]
    assert ended(on) == []
    last = on.air.records(CODE)[-1]
    assert (last.kind, last.body, last.at_ms) == (Kind.PHASE, {"phase": "ended"}, on.now_ms)


@pytest.mark.parametrize("phase", [Phase.READY, Phase.REHEARSAL])
def test_a_room_that_was_never_on_air_is_kept_open_for_so_long(on, phase):
    if phase is Phase.REHEARSAL:
        on.phase(phase)

    on.now_ms += UNUSED_AT_MOST_MS - 1
    assert ended(on) == []
    on.now_ms += 1
    assert ended(on) == [CODE]
    assert on.air.records(CODE) == []


def test_a_host_who_is_faster_is_no_fault(on):
    on.make(a_room("THER00"))
    on.now_ms += UNUSED_AT_MOST_MS
    rooms = Rooms(on.rooms, lambda _: True, lambda: on.now_ms)
    overdue = end_overdue(rooms)

    assert next(overdue).code == CODE
    rooms.end("THER00")
    assert list(overdue) == []
