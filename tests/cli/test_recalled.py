"""`guoji verify` says that goods were called back, as far as the file shows."""

import pytest

from tests.builders import CONTEXT, FIELD_LOT, LOT, a_harvest, a_pack_out
from tests.cli.test_balanced import a_report
from tests.proof.test_recalls import a_recall, a_release
from traceability.cli.recalled import Recalled
from traceability.epcis.event import Event
from traceability.proof.verdict import Unchecked

REASON = {"guoji:reason": {"guoji:zh": "农药残留超标", "guoji:en": "residue"}}
SOUND = (a_harvest(0), a_pack_out(3))


def told(*events, **fields):
    recalled = Recalled.of(a_report(*(event.body for event in events), **fields))
    return [line.partition(":")[0] for line in recalled.lines()], recalled


def test_the_recall_of_what_it_was_made_from_is_said_first_of_all():
    [state], recalled = told(*SOUND, a_recall(**REASON))

    assert state == "RECALLED"
    [line] = recalled.lines()
    assert f"{FIELD_LOT}: 农药残留超标 / residue" in line
    [as_json] = recalled.as_json()
    assert (as_json["goods"], as_json["verified"], as_json["released"]) == ([FIELD_LOT], True, False)


def test_without_a_recall_nothing_is_said():
    assert told(*SOUND)[0] == []
    assert told(*SOUND, a_recall(9, f"{LOT}9"))[0] == []


def test_a_recall_that_ended_says_so():
    assert told(*SOUND, a_recall(), a_release())[0] == ["Recall, ended since"]


def test_one_by_whoever_made_nothing_of_it_says_so():
    assert told(a_recall(9, LOT))[0] == ["Recall by another party than the maker"]


def test_one_that_is_not_verified_warns_all_the_same():
    _, recalled = told(*SOUND, a_recall(), verdict=Unchecked("not yet anchored"))

    [line] = recalled.lines()
    assert line.endswith("(this event is not verified)")


@pytest.mark.parametrize(
    "odd", [{"persistentDisposition": "set"}, {"persistentDisposition": {"set": "recalled"}}]
)
def test_what_has_not_the_shape_of_a_recall_is_none(odd):
    assert told(*SOUND, Event(a_recall().body | odd, CONTEXT))[0] == []


def test_an_event_that_is_none_leaves_it_untold():
    recalled = Recalled.of(a_report({"type": "ObjectEvent"}))

    assert list(recalled.lines()) == ["Recalls: not told: an event has no type or no time, want both"]
