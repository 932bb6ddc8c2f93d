"""A rehearsal gives its report, and leaves nothing in the database that was not there before."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from tests.live.live_scene import OFFERS, Scene, a_room
from tests.store.database_files import holds
from traceability.cli.live_say import rehearse
from traceability.errors import InvalidInput
from traceability.live.line import Line
from traceability.live.room import Phase
from traceability.live.studio import Studio
from traceability.store.air import AirTable
from traceability.store.events import event
from traceability.store.rooms import RoomTable

SECRET = "今早刚摘的苹果，隔壁老王说的"
ROOM = a_room(Phase.READY)


@pytest.fixture
def studio(engine):
    scene, rooms = Scene(), RoomTable(engine)
    rooms.create(ROOM, b"k" * 32)
    return Studio.of(rooms, AirTable(engine), lambda _: True, scene.facts, lambda: scene.now_ms)


def test_nothing_of_a_rehearsal_is_left_but_its_report(engine, studio):
    script = [Line(SECRET, offer="APPLE1"), Line("产地是烟台。", offer="BARE01")]

    report = rehearse(studio, ROOM.code, script)

    assert report["phase"] == "rehearsal"
    assert [each["verdict"] for each in report["offers"][0]["sentences"]] == ["contradicted"]
    assert [point["of"] for point in report["offers"][0]["points"]] == [3]
    assert AirTable(engine).records(ROOM.code) == []
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(event)).scalar_one() == 0
    assert not holds(engine, SECRET.encode())
    after = studio.rooms.store.room(ROOM.code)
    assert after == replace(ROOM, version=after.version)


def test_a_script_that_fails_ends_the_rehearsal_too(engine, studio):
    with pytest.raises(InvalidInput):
        rehearse(studio, ROOM.code, [Line("好", at_ms=1)])

    assert studio.rooms.store.room(ROOM.code).phase is Phase.READY
    assert studio.rooms.store.room(ROOM.code).offers == OFFERS
