"""A look at the store misses nothing that was committed, in whatever order numbers were given out."""

from dataclasses import replace

from sqlalchemy import delete

from tests.builders import CONTEXT, FARM, FIELD, FIELD_LOT, LOT, a_fitting, a_harvest, an_event
from traceability.epcis.event import Event
from traceability.ledger.capture import as_stored, capture
from traceability.ledger.footing import NOTHING, harvest_name
from traceability.log.name_map import name_hash
from traceability.proof.told import fittings_of
from traceability.store.changes import GAP_S, StoreChanges
from traceability.store.event_rows import event_row
from traceability.store.events import EventTable, event
from traceability.store.lineage import tell_events, told

CONTRACT = "0x" + "aa" * 20


class Clock:
    now_s = 100.0


def looking(engine, clock=Clock):
    changes = StoreChanges(engine, CONTRACT, clock_s=lambda: clock.now_s)
    assert changes.since_last([]).everything
    return changes


def insert_as(engine, number, new):
    """As another process does it that drew its number long before it commits."""
    stored = as_stored(new, FARM, 5, bytes(16))
    with engine.begin() as connection:
        row = dict(zip([column.name for column in event.c], event_row(number, stored), strict=True))
        connection.execute(event.insert().values(row))
        tell_events(connection, [(number, stored)])


def test_nothing_new_is_nothing(engine):
    changes = looking(engine)

    assert changes.since_last([]) == NOTHING


def test_an_event_is_told_once_by_all_that_it_is_looked_up_by(engine):
    changes = looking(engine)
    capture([a_harvest(lot=LOT), a_fitting(1, LOT, "https://id.gs1.org/8004/1")], FARM, EventTable(engine), 5)

    first, second = changes.since_last([]), changes.since_last([])

    wanted = {name_hash(LOT), name_hash(fittings_of(LOT)), harvest_name(FARM, name_hash(FIELD))}
    assert wanted <= first.names
    assert second == NOTHING


def test_an_event_that_takes_something_back_is_a_warning(engine):
    changes, events = looking(engine), EventTable(engine)
    declaration = {"declarationTime": "2026-11-22T08:00:00.000Z", "reason": "incorrect_data"}
    wrong = Event({**a_harvest().body, "errorDeclaration": declaration}, CONTEXT)
    goods = [{"epcClass": LOT}]
    recall, release = (
        an_event(hours=9, action="OBSERVE", quantityList=goods, persistentDisposition={part: ["recalled"]})
        for part in ("set", "unset")
    )
    told = {}
    for each in (a_harvest(), recall, a_harvest(lot=LOT), wrong, release):
        [kept] = capture([each], FARM, events, 5)
        said = changes.since_last([])
        told[kept.key] = [lot for lot in (LOT, FIELD_LOT) if name_hash(lot) in said.warnings]
        assert said.warnings <= said.names

    assert list(told.values()) == [[], [LOT], [], [FIELD_LOT], [LOT]]


def test_an_event_whose_number_was_drawn_before_others_and_committed_after_them_is_not_missed(engine):
    insert_as(engine, 1, a_harvest(kg=1))
    insert_as(engine, 3, a_harvest(kg=3))
    changes = looking(engine)
    insert_as(engine, 6, a_harvest(kg=6))
    changes.since_last([])

    for number in (2, 5, 4):
        insert_as(engine, number, a_harvest(lot=f"{LOT}{number}"))
        assert name_hash(f"{LOT}{number}") in changes.since_last([]).names
    assert changes.since_last([]) == NOTHING


def test_a_number_that_nobody_takes_is_given_up_after_a_while(engine):
    clock = Clock()
    insert_as(engine, 1, a_harvest(kg=1))
    insert_as(engine, 3, a_harvest(kg=3))
    changes = looking(engine, clock)
    clock.now_s += GAP_S
    insert_as(engine, 4, a_harvest(kg=4))
    changes.since_last([])

    insert_as(engine, 2, a_harvest(kg=2))

    assert changes.since_last([]) == NOTHING


def test_another_store_in_the_same_place_is_seen(engine):
    insert_as(engine, 1, a_harvest(kg=1))
    changes = looking(engine)
    with engine.begin() as connection:
        connection.execute(delete(event))
        connection.execute(delete(told))
    insert_as(engine, 1, a_harvest(kg=2))

    assert changes.since_last([]) == replace(NOTHING, everything=True)
