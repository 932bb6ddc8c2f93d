"""A director that is killed during a broadcast leaves a record without a hole and without an echo."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import pairwise

import pytest

from tests.builders import LOT, a_harvest
from tests.live.broadcasting import CODE, Broadcast, a_room
from traceability.epcis.vocabulary import SHOWN_ON_AIR
from traceability.ledger.capture import capture
from traceability.live.record import Kind, NewRecord
from traceability.live.room import Desk, Offer, Phase
from traceability.proof.on_air import joined
from traceability.proof.on_air_segment import Segment

LONG_S = 60
"""Nothing here takes as long; a test that fails waits for it."""
ROOM = a_room(offers=(Offer("AK2M9Q", LOT, "桃"),), desk=Desk("AK2M9Q"))


@contextmanager
def directors(count):
    command = [sys.executable, "-m", "traceability.cli.main", "air"]
    started = [subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.PIPE) for _ in range(count)]
    try:
        yield
    finally:
        for each in started:
            each.kill()
            each.communicate()


def wait_until(reached):
    give_up_at_s = time.monotonic() + LONG_S
    while not reached():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.02)


def told(store):
    return [Segment.of(each.event) for each in store.events.mentioning([ROOM.urn])]


@pytest.mark.slow
def test_no_record_is_lost_or_told_twice_however_often_directors_are_killed(settings, store, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    capture([a_harvest(0, lot=LOT)], ROOM.party, store.events, 1)
    on = Broadcast(store.rooms._engine, time.time_ns() // 1_000_000)
    on.make(ROOM)

    def warn(number):
        body = {"level": 2, "about": "point", "of": number, "verdict": "unsupported"}
        store.rooms.change(store.rooms.room(CODE), [NewRecord(on.now_ms, Kind.WARNED, body)])

    with directors(2):
        wait_until(lambda: on.state() is not None)
        on.phase(Phase.ON_AIR)
        wait_until(lambda: b'"on_air"' in on.state())
        # Killed while it tells the first of these.
        warn(1)
        warn(2)
        wait_until(lambda: told(store))
    warn(3)
    with directors(1):
        wait_until(lambda: store.air.untold() == [])
        on.phase(Phase.ENDED)
        wait_until(lambda: b'"ended"' in on.state() and store.air.untold() == [])

    records = store.air.records(CODE)
    segments = sorted(told(store), key=lambda each: each.number)
    assert [each.number for each in records] == list(range(1, len(records) + 1))
    assert [each.number for segment in segments for each in segment.records] == list(
        range(1, len(records) + 1)
    )
    assert joined(segments).ended is not None
    assert [each.body["of"] for each in records if each.kind is Kind.WARNED] == [1, 2, 3]
    [shown] = [each for each in store.events.mentioning([LOT]) if SHOWN_ON_AIR in each.event.body]
    assert shown.submitter == ROOM.party
    # One after the other, and of the trace as our own code makes it.
    assert all(before != after for before, after in pairwise(on.shown()))
    assert LOT.rpartition("/")[2] in on.shown()[-1]["product"]["called"]
