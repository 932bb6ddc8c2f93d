"""Recalls are found among all events by the goods that they name."""

from tests.builders import FARM, FIELD_LOT, LOT, OTHER_LOT, a_harvest, a_sighting, an_event
from traceability.ledger.capture import capture
from traceability.store.events import EventTable
from traceability.store.recalls import RecallTable


def lasting(hours, lot, **words):
    goods = [{"epcClass": lot}]
    return an_event(hours=hours, action="OBSERVE", quantityList=goods, persistentDisposition=words)


def test_of_all_events_of_goods_only_recalls_and_releases_are_found(engine):
    events, found = EventTable(engine), RecallTable(engine)
    recall, release = lasting(2, FIELD_LOT, set=["recalled"]), lasting(3, FIELD_LOT, unset=["recalled"])
    other = lasting(4, OTHER_LOT, set=["recalled"])
    seen = a_sighting(5, FIELD_LOT, disposition="recalled")
    damaged = lasting(6, FIELD_LOT, set=["damaged"])
    capture([a_harvest(), recall, release, other, seen, damaged], FARM, events, 5)

    assert [each.event for each in found.of([FIELD_LOT, LOT])] == [recall, release]
    assert [each.event for each in found.all()] == [recall, release, other]
    assert found.of([LOT]) == []
    assert found.of([]) == []
