"""The harvests of a plot are found among all that happened there, and among all that its party captured."""

import pytest
from sqlalchemy import event as sqlalchemy_event

from tests.builders import CONTEXT, FARM, FIELD, ITEM, SHOP, a_harvest, a_sighting
from traceability.epcis.event import Event
from traceability.ledger.capture import capture
from traceability.store.events import EventTable
from traceability.store.plots import PlotTable

NEIGHBOUR = "9521234000013"


def test_the_newest_harvests_of_a_party_at_places_are_found_and_nothing_else(engine):
    here = [a_harvest(hours, readPoint={"id": FIELD}) for hours in range(3)]
    there = a_harvest(5, readPoint={"id": SHOP})
    wrong = Event({**here[0].body, "errorDeclaration": {"declarationTime": "2026-11-21T00:00:00Z"}}, CONTEXT)
    events = EventTable(engine)
    for at, event in enumerate([*here, wrong, there, a_sighting(6, ITEM)]):
        capture([event], FARM, events, at)
    capture([a_harvest(9, readPoint={"id": FIELD})], NEIGHBOUR, events, 9)

    def found(*places, at_most=9, of=(FARM,)):
        return [each.event for each in PlotTable(engine).harvests_at(places, of, at_most)]

    assert sorted(map(str, found(FIELD))) == sorted(map(str, [*here, wrong]))
    assert len(found(FIELD, SHOP)) == 5
    assert found(FIELD, SHOP, at_most=1) == [there]
    assert len(found(FIELD, of=(FARM, NEIGHBOUR))) == 5
    assert found() == found(FIELD, of=()) == []


def test_the_batches_of_a_plot_are_not_looked_at(engine):
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plan follows from its statistics")
    asked = []
    sqlalchemy_event.listen(
        engine,
        "before_cursor_execute",
        lambda _c, _k, statement, values, *_: asked.append((statement, values)),
    )

    PlotTable(engine).harvests_at([FIELD], [FARM], 9)

    statement, values = next(each for each in asked if each[0].startswith("SELECT"))
    with engine.connect() as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert "ix_event_harvest" in plan[0]
    assert "SEARCH mention USING" in " ".join(plan)
