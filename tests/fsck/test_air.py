"""fsck names a record of a live room that is not what its event told the log."""

import re

import pytest
from sqlalchemy import text

from tests.fsck.filled_store import unwatched
from tests.live.broadcasting import a_room
from traceability.ledger.capture import as_stored
from traceability.live.on_air_event import Told, on_air_event
from traceability.live.record import Kind, NewRecord
from traceability.live.room import Phase
from traceability.store.fsck.air import check_air
from traceability.store.fsck.view import View
from traceability.store.schema import open_engine

ROOM = a_room(phase=Phase.ON_AIR)
SHOWN = {"state": {"phase": "on_air", "product": {"celsius": 4.0}}}
LIES = {
    "UPDATE air_record SET body = replace(body, '4.0', '5.0') WHERE number = 2": (
        "record 2 of live room 7K2M9Q: what its event tells is .*'celsius': 4.*, want .*'celsius': 5.*"
    ),
    "UPDATE air_record SET at_ms = at_ms + 1 WHERE number = 3": "record 3 .*57.003Z.*, want .*57.004Z.*",
    "UPDATE air_record SET commitment = 'ab' WHERE number = 3": "record 3 .*commitment.*, want .*'ab'.*",
    "UPDATE air_record SET event_key = NULL WHERE number = 1": (
        "record 1 .*: whether an event tells it is False, want True"
    ),
    "UPDATE air_record SET event_key = 'ab' WHERE number = 1": "record 1 .* is None, want .*'on_air'.*",
    "UPDATE air SET told = 4": "record 4 .*: whether an event tells it is False, want True",
    "UPDATE air SET records = 5": "live room 7K2M9Q: how many records it has is 4, want 5",
    "UPDATE air_record SET number = 9 WHERE number = 4": (
        "live room 7K2M9Q: the number of its last record is 9, want 4"
    ),
}


@pytest.fixture
def engine(settings, store):
    at_ms = 1_795_000_437_000
    records = [
        NewRecord(at_ms + 1, Kind.PHASE, {"phase": "on_air"}),
        NewRecord(at_ms + 2, Kind.SHOWN, SHOWN),
        NewRecord(at_ms + 3, Kind.SAID, {"id": "a.1", "text": "产地是洛川", "offer": None}),
        NewRecord(at_ms + 4, Kind.PHASE, {"phase": "ended"}),
    ]
    store.rooms.create(ROOM, bytes(32))
    store.rooms.change(ROOM, records)
    event, opened = on_air_event(ROOM, Told(), store.air.records(ROOM.code)[:3])
    store.air.keep_told(ROOM.code, 0, 3, as_stored(event, ROOM.party, at_ms, bytes(16)), opened)
    engine = open_engine(settings.database_url)
    yield engine
    engine.dispose()


def found(connection):
    return [str(each) for each in check_air(View(connection, unwatched, print))]


def test_what_was_told_is_as_it_is_kept_whatever_was_erased_since(engine):
    with engine.begin() as connection:
        assert found(connection) == []
        connection.execute(text("DELETE FROM disclosure"))

        assert found(connection) == []


def test_a_record_that_was_changed_is_named(engine):
    for lie, sentence in LIES.items():
        with engine.connect() as connection:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            assert connection.execute(text(lie)).rowcount == 1

            assert re.fullmatch(sentence, found(connection)[0]), (lie, found(connection))
            connection.rollback()
