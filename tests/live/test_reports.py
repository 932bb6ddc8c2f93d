"""A report is given of what happens or happened; a rehearsal's also says which points will be blocked."""

import pytest

from tests.live.live_scene import CODE, FALSE_POINT, OFFERS, Scene, a_room
from traceability.errors import InvalidInput
from traceability.live.reports import Reports
from traceability.live.room import Phase


@pytest.fixture
def scene():
    return Scene()


def reported(scene):
    return Reports(scene.rooms, scene.rooms, scene.warnings.blocks).of(CODE)


def test_a_rehearsal_tries_every_point_once(scene):
    scene.rooms.put(a_room(Phase.REHEARSAL))
    scene.say("今早刚摘的苹果。")
    for _ in range(2):
        (point,) = reported(scene)["offers"][0]["points"]
        assert (point["of"], point["level"], point["text"]) == (3, 2, FALSE_POINT.text)
        scene.rooms.change(scene.now, [scene.warnings.blocks(scene.now, OFFERS[0], FALSE_POINT)])

    assert len(scene.records) == 4


def test_on_air_only_what_happened_is_reported(scene):
    scene.say("今早刚摘的苹果。")

    assert reported(scene)["offers"][0]["points"] == []


def test_what_was_on_air_is_reported_after_its_end_whole(scene, monkeypatch):
    monkeypatch.setattr("traceability.live.reports._AT_ONCE", 2)
    for _ in range(5):
        scene.after(2).say("欢迎大家。")
    scene.rooms.put(a_room(Phase.ENDED))

    assert reported(scene)["counts"]["sentences"] == 5


def test_before_anything_there_is_no_report(scene):
    scene.rooms.put(a_room(Phase.READY))

    with pytest.raises(InvalidInput, match="nothing to report: rehearse it, or go on air"):
        reported(scene)
