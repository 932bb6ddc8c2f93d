"""`guoji verify` says that goods were called back, as far as the file shows."""

from dataclasses import replace

import pytest

from tests.builders import (
    CASE,
    CONTEXT,
    FARM,
    FIELD_LOT,
    ITEM,
    LOT,
    a_harvest,
    a_pack_out,
    a_packing,
    an_event,
)
from tests.cli.test_balanced import a_report
from tests.proof.test_recalls import a_recall, a_release
from traceability.cli.recalled import Recalled
from traceability.epcis.event import Event
from traceability.proof.verdict import Unchecked

REASON = {"guoji:reason": {"guoji:zh": "农药残留超标", "guoji:en": "residue"}}
STRANGER = "9521234000044"
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


def told_of(subject, *events):
    """Of events, each with who says so."""
    report = a_report(*(event.body for _, event in events))
    spoken = [
        replace(each, proof=replace(each.proof, entry=replace(each.proof.entry, submitter=by)))
        for each, (by, _) in zip(report.events, events, strict=True)
    ]
    recalled = Recalled.of(replace(report, subject=subject, events=tuple(spoken)))
    return [line.partition(":")[0] for line in recalled.lines()]


def test_a_stranger_who_says_that_goods_lie_in_its_own_container_recalls_nothing_of_them():
    mentioned = {"bizTransactionList": [{"type": "po", "bizTransaction": ITEM}]}
    made = FARM, an_event(action="ADD", epcList=[ITEM])
    recall = a_recall(9, units=[CASE]).body | mentioned

    def told(packer):
        packing, calling = a_packing(2, CASE, units=[ITEM]), Event(recall, CONTEXT)
        return told_of(ITEM, made, (packer, packing), (packer, calling))

    assert told(STRANGER) == []
    assert told(FARM) == ["RECALLED"]


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
