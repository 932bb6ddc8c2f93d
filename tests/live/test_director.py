"""Overlays show what the host and the records say now, and the record has whatever they showed."""

import json

import pytest

from tests.live.broadcasting import CODE, LOT, PEARS, Broadcast, a_room, copied
from traceability.errors import RoomConflict, Unavailable
from traceability.live.director import AGAIN_AFTER_MS, BEAT_EVERY_MS, LAST_GOOD_MS, READY_EVERY_MS
from traceability.live.room import Desk, Phase

OTHER = "THER00"


@pytest.fixture
def on(migrated_sqlite, tmp_path):
    broadcast = Broadcast(copied(migrated_sqlite, tmp_path))
    yield broadcast
    broadcast.engine.dispose()


@pytest.fixture
def on_air(on):
    on.make()
    on.phase(Phase.ON_AIR)
    on.after(0)
    return on


def state(on, code=CODE):
    return json.loads(on.state(code))


def test_what_a_host_does_is_shown_at_the_next_look(on_air):
    on_air.put_on("BK2M9Q")

    assert state(on_air.after(0))["offer"] == {"code": "BK2M9Q", "subject": PEARS}


def test_a_trace_that_changes_is_shown_without_a_command(on_air):
    on_air.traces[LOT] = "recalled"

    assert state(on_air.after(0.4))["verdict"] == "verified"
    assert state(on_air.after(0.1))["verdict"] == "recalled"


def test_only_what_lasts_is_recorded_and_only_when_it_changes(on_air):
    for _ in range(5):
        on_air.after(1)
    on_air.traces[LOT] = "recalled"
    on_air.after(1)

    assert [each["verdict"] for each in on_air.shown()] == ["verified", "recalled"]
    assert "at_ms" not in on_air.shown()[0]


def test_what_could_not_be_judged_is_looked_for_at_each_turn_on_air_from_where_the_last_one_ended(on_air):
    on_air.after(1).after(1)
    on_air.phase(Phase.ENDED)
    on_air.after(1)

    assert on_air.late == [None, 1, 2]


def test_overlays_on_air_are_sent_something_every_second(on_air):
    before = state(on_air)["at_ms"]

    assert state(on_air.after(BEAT_EVERY_MS / 2000))["at_ms"] == before
    assert state(on_air.after(BEAT_EVERY_MS / 2000))["at_ms"] == before + BEAT_EVERY_MS


def test_a_room_that_is_not_on_air_is_composed_seldom_and_leaves_no_record(on):
    on.make()
    on.after(0)
    first = on.state()
    on.traces[LOT] = "recalled"

    assert on.after(READY_EVERY_MS / 1000 - 0.1).state() == first
    assert json.loads(on.after(0.1).state())["verdict"] == "recalled"
    assert on.air.records(CODE) == []


def test_a_director_that_starts_anew_records_nothing_twice(on_air):
    on_air.start()
    on_air.after(1)

    assert len(on_air.shown()) == 1


def test_a_second_director_records_nothing_twice(on_air):
    first = on_air.director
    on_air.start()
    on_air.put_on("BK2M9Q")
    on_air.after(0)
    first.look()

    assert [each["offer"]["code"] for each in on_air.shown()] == ["AK2M9Q", "BK2M9Q"]


def test_a_room_that_has_ended_says_so_once_more_and_is_looked_at_no_longer(on_air):
    on_air.phase(Phase.ENDED)
    on_air.after(0)
    last = on_air.state()

    assert json.loads(last)["phase"] == "ended"
    on_air.traces[LOT] = "recalled"
    assert on_air.after(60).state() == last
    assert [each["phase"] for each in on_air.shown()] == ["on_air"]
    assert not on_air.director.is_on_air


def test_a_look_is_wanted_often_only_while_a_room_is_on_air_or_rehearses(on):
    on.make()
    wanted = [on.after(0).director.is_on_air]
    for phase in (Phase.REHEARSAL, Phase.READY, Phase.ON_AIR, Phase.ENDED):
        on.phase(phase)
        wanted.append(on.after(0).director.is_on_air)

    assert wanted == [False, True, False, True, False]


def test_a_fault_of_one_room_costs_the_others_nothing(on_air):
    on_air.make(a_room(OTHER, Phase.ON_AIR, desk=Desk("BHER00")))
    compose = on_air.director.compose

    def broken(room, trace, now_ms):
        if room.code == CODE:
            raise ZeroDivisionError("a bad trace")
        return compose(room, trace, now_ms)

    object.__setattr__(on_air.director, "compose", broken)
    on_air.after(1).after(0.1).after(0.1)

    assert state(on_air, OTHER)["verdict"] == "verified"
    assert on_air.troubles == [(CODE, "a bad trace")]
    object.__setattr__(on_air.director, "compose", compose)
    assert state(on_air.after(AGAIN_AFTER_MS / 1000))["at_ms"] == on_air.now_ms


def test_a_trace_that_cannot_be_read_is_shown_as_it_was_for_some_seconds_then_not_at_all(on_air):
    on_air.traces[LOT] = Unavailable("the store is away")

    assert state(on_air.after(LAST_GOOD_MS / 1000))["verdict"] == "verified"
    assert state(on_air.after(1))["verdict"] is None
    on_air.traces[LOT] = "verified"
    assert state(on_air.after(1))["verdict"] == "verified"
    assert on_air.troubles == []


def test_a_trace_with_a_fault_of_ours_is_told_of_and_freezes_nothing(on_air):
    on_air.traces[PEARS] = ZeroDivisionError("a bad trace")
    on_air.put_on("BK2M9Q")

    found = state(on_air.after(0))
    assert (found["offer"]["code"], found["verdict"], found["at_ms"]) == ("BK2M9Q", None, on_air.now_ms)
    assert on_air.troubles == [(CODE, "a bad trace")]


def test_what_is_known_of_one_lot_is_never_shown_of_the_next(on_air):
    del on_air.traces[PEARS]
    on_air.put_on("BK2M9Q")

    assert state(on_air.after(0))["verdict"] is None


def test_points_are_checked_against_a_new_trace_before_it_is_shown(on_air):
    on_air.watch.asked.clear()
    on_air.after(1)
    assert on_air.watch.asked == ["time out"]

    on_air.traces[LOT] = "recalled"
    on_air.watch.recheck = lambda room: on_air.watch.asked.append(state(on_air)["verdict"]) or room
    on_air.after(1)

    assert on_air.watch.asked == ["time out", "time out", "verified"]


def test_time_runs_out_also_while_something_new_is_shown_at_every_turn(on_air):
    on_air.watch.asked.clear()
    for number in range(3):
        on_air.traces[LOT] = f"verified {number}"
        on_air.after(0.5)

    assert on_air.watch.asked.count("time out") == 3


def test_a_host_who_is_faster_than_a_turn_costs_nothing(on_air):
    def conflict(room):
        raise RoomConflict("somebody else was first")

    on_air.traces[LOT] = "recalled"
    recheck, on_air.watch.recheck = on_air.watch.recheck, conflict
    on_air.after(1)
    on_air.watch.recheck = recheck

    assert state(on_air.after(0))["verdict"] == "recalled"
    assert on_air.troubles == []


def test_a_room_that_ended_while_nobody_directed_it_says_so_too(on_air):
    on_air.start()
    on_air.phase(Phase.ENDED)
    on_air.after(1).director.find_ended()

    assert state(on_air.after(0))["phase"] == "ended"
    on_air.start()
    on_air.director.find_ended()
    assert not on_air.director._watched


def test_a_clock_that_goes_back_holds_nothing_off(on_air):
    on_air.step_clock(-3_600)
    on_air.traces[LOT] = "recalled"

    assert state(on_air.after(BEAT_EVERY_MS / 1000))["verdict"] == "recalled"


def test_what_two_directors_show_is_on_record_also_while_they_disagree(on_air):
    first = on_air.director
    on_air.start()
    on_air.after(1)
    on_air.traces[LOT] = "recalled"
    on_air.after(1)
    on_air.traces[LOT] = Unavailable("the store is away")
    first.look()

    assert state(on_air)["verdict"] == on_air.shown()[-1]["verdict"] == "verified"
    assert [each["verdict"] for each in on_air.shown()] == ["verified", "recalled", "verified"]


def test_what_is_shown_is_dated_when_it_is_shown_however_long_its_trace_took(on_air):
    made = on_air.director.made

    def slow(subject):
        on_air.now_ms += 8_000
        return made(subject)

    object.__setattr__(on_air.director, "made", slow)
    on_air.traces[LOT] = "recalled"
    on_air.after(1)

    assert on_air.air.records(CODE)[-1].at_ms == state(on_air)["at_ms"] == on_air.now_ms


def test_nothing_is_shown_on_air_after_the_end(on_air):
    made = on_air.director.made

    def ended_meanwhile(subject):
        if on_air.rooms.room(CODE).phase is Phase.ON_AIR:
            on_air.phase(Phase.ENDED)
        return made(subject)

    object.__setattr__(on_air.director, "made", ended_meanwhile)
    on_air.traces[LOT] = "recalled"
    on_air.after(1)
    on_air.after(0)

    assert [each.kind for each in on_air.air.records(CODE)] == ["phase", "shown", "phase"]
    assert (state(on_air)["phase"], on_air.troubles) == ("ended", [])
