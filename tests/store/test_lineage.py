"""The rows of a store lead a walk where the events themselves do, in both databases."""

from sqlalchemy import text

from tests.builders import (
    CASE,
    FARM,
    FIELD,
    FIELD_LOT,
    ITEM,
    LOT,
    PALLET,
    STATION,
    a_fitting,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
    handed_to,
)
from traceability.epcis.event import Event
from traceability.ledger.capture import as_stored
from traceability.ledger.descent import descent
from traceability.ledger.lineage import in_order, lineage
from traceability.proof.history import told_in
from traceability.proof.told import Told
from traceability.store.events import EventTable
from traceability.store.lineage import kin, told
from traceability.store.reindex import tell_all_events

SHOPKEEPER = "9521234000020"


def a_story():
    packing = a_packing(6, PALLET, units=[CASE])
    voided = {**packing.body, "errorDeclaration": {"declarationTime": "2026-11-21T00:00:00Z"}}
    shared = {"transformationID": "urn:x:1"}
    events = [
        a_fitting(-9, FIELD, STATION),
        a_harvest(0),
        an_event("TransformationEvent", 2, inputQuantityList=[{"epcClass": FIELD_LOT}], **shared),
        an_event("TransformationEvent", 3, outputQuantityList=[{"epcClass": LOT}], **shared),
        an_event(hours=4, action="ADD", epcList=[ITEM], ilmd={"guoji:lot": LOT}),
        a_packing(5, CASE, [LOT], units=[ITEM], **handed_to(SHOPKEEPER)),
        packing,
        Event(voided, packing.context),
        a_sighting(7, CASE, "storing"),
        a_pack_out(8, source=LOT, made=FIELD_LOT + "X"),
    ]
    tellers = [FARM] * 8 + [SHOPKEEPER, "9521234000044"]
    pairs = enumerate(zip(events, tellers, strict=True))
    return [as_stored(event, by, n, n.to_bytes(16)) for n, (event, by) in pairs]


def walks(telling):
    for subject in (LOT, ITEM, CASE, FIELD_LOT):
        back, on = lineage(subject, telling), descent(subject, telling)
        yield [each.key for each in back.told], back.claimed, back.voided, back.goods, back.attachments
        yield [each.key for each in on.told], on.claimed


def test_a_walk_over_the_store_is_that_over_the_events(engine):
    events, story = EventTable(engine), a_story()
    events.insert(story)

    assert list(walks(events.telling)) == list(walks(told_in(map(Told.of, story))))


def test_events_come_back_in_the_order_in_which_they_are_told(engine):
    events = EventTable(engine)
    events.insert(a_story())
    line = lineage(LOT, events.telling)

    found = in_order(line.told, events)
    assert [each.key for each in found] == [each.key for each in line.told]
    assert [each.event.event_time for each in found] == sorted(each.event.event_time for each in found)


def test_rows_of_events_that_were_there_before_are_the_same(engine):
    events = EventTable(engine)
    events.insert(a_story())
    tables = ("SELECT * FROM told ORDER BY event_id", "SELECT * FROM kin ORDER BY name, event_id")
    with engine.begin() as connection:
        before = [connection.execute(text(each)).all() for each in tables]
        connection.execute(told.delete())
        connection.execute(kin.delete())
        tell_all_events(connection)

        assert [connection.execute(text(each)).all() for each in tables] == before
    assert all(before)
