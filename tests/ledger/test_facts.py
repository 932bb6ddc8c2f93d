"""A name and a range are those of the goods, or of what they were made from: never of what became of them."""

import pytest

from tests.builders import FARM, FIELD_LOT, LOT, OTHER_LOT, PALLET, START, a_harvest, a_pack_out, a_packing
from tests.fakes import FakeEvents
from traceability.epcis.event import Event
from traceability.ledger.capture import capture
from traceability.ledger.facts import product, storage_range

START_MS = round(START.timestamp() * 1000)


def named(name, low=0, high=5):
    said = {"guoji:low": low, "guoji:high": high, "guoji:uom": "CEL"}
    return {"guoji:name": {"guoji:en": name}, "guoji:storageRange": said}


def kept(*events, by=FARM):
    store = FakeEvents()
    for at, event in enumerate(events):
        capture([event], by, store, START_MS + at)
    return sorted(store.kept.values(), key=lambda each: each.event.event_time)


FRUIT = a_harvest(0, FIELD_LOT, ilmd=named("Strawberries"))
JAM = a_pack_out(3, FIELD_LOT, LOT, ilmd=named("Jam", 0, 25))


def test_fruit_that_was_made_into_jam_is_still_fruit():
    records = kept(FRUIT, JAM)

    assert product(FIELD_LOT, records) == {"en": "Strawberries"}
    assert storage_range(FIELD_LOT, records) == (0, 5)
    assert product(LOT, records) == {"en": "Jam"}
    assert storage_range(LOT, records) == (0, 25)


def test_a_box_of_fruit_is_not_named_by_the_jam_that_other_fruit_of_the_lot_became():
    records = kept(FRUIT, a_packing(1, PALLET, [FIELD_LOT]), JAM)

    assert product(PALLET, records) == {"en": "Strawberries"}


def test_what_bears_no_name_is_named_by_what_it_was_made_from():
    records = kept(FRUIT, a_pack_out(1, FIELD_LOT, LOT), a_pack_out(2, LOT, OTHER_LOT, ilmd={}))

    assert product(OTHER_LOT, records) == {"en": "Strawberries"}


def test_a_transformation_in_several_events_is_one():
    first, last = (a_pack_out(hours, transformationID="https://guoji.example/run/1") for hours in (1, 2))
    taken = {name: first.body[name] for name in first.body if not name.startswith("output")}
    given = {name: last.body[name] for name in last.body if not name.startswith("input")}

    records = kept(FRUIT, Event(taken, first.context), Event(given, last.context))

    assert product(LOT, records) == {"en": "Strawberries"}


def test_a_box_of_mixed_goods_bears_all_their_names_and_the_range_that_all_of_them_bear():
    other = a_harvest(1, OTHER_LOT, ilmd={**named("Apples", 2, 8), "guoji:name": "苹果"})
    records = kept(FRUIT, other, a_packing(2, PALLET, [FIELD_LOT, OTHER_LOT]))

    assert product(PALLET, records) == {"zh": "Strawberries、苹果", "en": "Strawberries, 苹果"}
    assert storage_range(PALLET, records) == (2, 5)


def test_goods_that_have_no_range_in_common_have_none():
    other = a_harvest(1, OTHER_LOT, ilmd=named("Bananas", 13, 15))

    assert storage_range(PALLET, kept(FRUIT, other, a_packing(2, PALLET, [FIELD_LOT, OTHER_LOT]))) is None


@pytest.mark.parametrize("lot", [LOT, PALLET])
def test_what_goes_in_circles_ends(lot):
    circle = a_pack_out(1, FIELD_LOT, LOT), a_pack_out(2, LOT, FIELD_LOT), a_packing(3, PALLET, [LOT])

    assert product(lot, kept(*circle)) == {}
