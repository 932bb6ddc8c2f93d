"""What was stored before is found as what is stored now."""

from sqlalchemy import select, update

from tests.builders import LOT, a_harvest, a_sighting
from traceability.epcis.event import Event
from traceability.ledger.capture import as_stored
from traceability.store.events import EventTable, event
from traceability.store.reindex import mark_all_harvests


def test_a_harvest_of_before_is_one_however_its_step_is_spelled(engine):
    bare = a_harvest()
    spelled = Event({**bare.body, "bizStep": "https://ref.gs1.org/cbv/BizStep-commissioning"}, bare.context)
    events = (bare, spelled, a_sighting(1, LOT))
    EventTable(engine).insert(
        [as_stored(each, "9521234000006", n, bytes([n] * 16)) for n, each in enumerate(events)]
    )
    with engine.begin() as connection:
        connection.execute(update(event).where(event.c.id == 2).values(is_harvest=False))
        mark_all_harvests(connection)

        marked = connection.execute(select(event.c.is_harvest).order_by(event.c.id)).scalars().all()

    assert marked == [True, True, False]
