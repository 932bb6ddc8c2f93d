"""The harvests of a plot are found among all that happened there."""

from tests.builders import CONTEXT, FARM, FIELD, ITEM, SHOP, a_harvest, a_sighting
from traceability.epcis.event import Event
from traceability.ledger.capture import capture
from traceability.store.events import EventTable
from traceability.store.plots import PlotTable


def test_the_newest_harvests_at_places_are_found_and_nothing_else(engine):
    here = [a_harvest(hours, readPoint={"id": FIELD}) for hours in range(3)]
    there = a_harvest(5, readPoint={"id": SHOP})
    wrong = Event({**here[0].body, "errorDeclaration": {"declarationTime": "2026-11-21T00:00:00Z"}}, CONTEXT)
    events = EventTable(engine)
    for at, event in enumerate([*here, wrong, there, a_sighting(6, ITEM)]):
        capture([event], FARM, events, at)

    def found(*places, at_most=9):
        return [each.event for each in PlotTable(engine).harvests_at(places, at_most)]

    assert sorted(map(str, found(FIELD))) == sorted(map(str, [*here, wrong]))
    assert len(found(FIELD, SHOP)) == 5
    assert len(found(FIELD, SHOP, at_most=2)) == 2
    assert there in found(FIELD, SHOP, at_most=1)
    assert found() == []
