"""An honest chain contradicts itself nowhere; one lie in it is told, with the events that tell against it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    CASE,
    FARM,
    FIELD,
    FIELD_LOT,
    ITEM,
    LOT,
    OTHER_LOT,
    PALLET,
    SHOP,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from traceability.epcis.event import Event
from traceability.ledger.capture import as_stored
from traceability.ledger.contradictions import Kind, contradictions
from traceability.ledger.geo import kilometres
from traceability.ledger.lineage import lineage
from traceability.proof.history import told_in
from traceability.proof.told import Told

STRANGER = "9521234000013"
OTHER_PALLET = "https://id.gs1.org/00/095212340000000037"
BEIJING, URUMQI = "geo:39.9,116.4", "geo:43.8,87.6"


def found_in(events, subject=LOT, stranger=()):
    """`stranger` tells what follows, later than all the others."""
    told = [*((event, FARM) for event in events), *((event, STRANGER) for event in stranger)]
    stored = [as_stored(event, by, number, number.to_bytes(16)) for number, (event, by) in enumerate(told)]

    line = lineage(subject, told_in(map(Told.of, stored)))
    numbers = {each.key: number for number, each in enumerate(stored)}
    return [
        (found.kind, found.identifier, [numbers[key] for key in found.events])
        for found in contradictions(subject, line.goods, line.counting)
    ]


def a_chain(shift=0.0):
    return [
        a_harvest(0),
        a_pack_out(3 + shift),
        a_packing(4 + shift, CASE, [LOT]),
        a_packing(5 + shift, PALLET, units=[CASE]),
        a_sighting(6 + shift, PALLET),
        a_sighting(20 + shift, PALLET, "receiving", place=SHOP),
        a_packing(21 + shift, PALLET, action="DELETE"),
        a_packing(22 + shift, CASE, action="DELETE"),
    ]


def a_shipment_of_lots(hours, *lots, step="shipping", place=FIELD):
    goods = [{"epcClass": lot} for lot in lots]
    return an_event(hours=hours, place=place, action="OBSERVE", bizStep=step, quantityList=goods)


@given(shift=st.floats(0, 50), subject=st.sampled_from([LOT, CASE, PALLET]))
def test_an_honest_chain_contradicts_itself_nowhere(shift, subject):
    assert found_in(a_chain(shift), subject) == []


def test_a_repacked_case_that_goes_on_is_honest():
    again = [
        a_packing(23, PALLET, units=[CASE]),
        a_sighting(24, PALLET, place=SHOP),
        a_sighting(30, PALLET, "receiving"),
    ]

    assert found_in([*a_chain(), *again], CASE) == []


@pytest.mark.parametrize(
    ("kind", "subject", "lie", "against"),
    [
        (Kind.SHIPPED_BEFORE_MADE, LOT, a_shipment_of_lots(2, LOT), [8, 1]),
        (Kind.USED_BEFORE_MADE, LOT, a_pack_out(1, source=LOT, made=OTHER_LOT), [8, 1]),
        (Kind.TWO_PLACES, PALLET, a_sighting(6, PALLET, "storing", place=SHOP), [4, 8]),
        (Kind.TWO_CONTAINERS, CASE, a_packing(7, OTHER_PALLET, units=[CASE]), [3, 8]),
        (Kind.RECEIVED_NOT_SHIPPED, LOT, a_shipment_of_lots(5.5, LOT, step="receiving", place=SHOP), [1, 8]),
        (Kind.CYCLE, LOT, a_pack_out(2, source=LOT, made=FIELD_LOT), [8, 1]),
        (Kind.OPEN, LOT, a_shipment_of_lots(23, LOT, place=SHOP), [8]),
    ],
)  # fmt: skip
def test_one_lie_is_told_with_the_events_that_tell_against_it(kind, subject, lie, against):
    told = [(found, sorted(events)) for found, _, events in found_in([*a_chain(), lie], subject)]

    assert (kind, sorted(against)) in told


@pytest.mark.parametrize(("left_out", "kind", "subject"), [
    (0, Kind.MISSING_LINK, LOT),
    (1, Kind.MISSING_LINK, LOT),
    (3, Kind.MISSING_LINK, PALLET),
    (4, Kind.RECEIVED_NOT_SHIPPED, LOT),
    (5, Kind.OPEN, LOT),
])  # fmt: skip
def test_what_was_left_out_is_missed(left_out, kind, subject):
    chain = a_chain()
    del chain[left_out]

    assert kind in [found for found, _, _ in found_in(chain, subject)]


def test_a_voided_lie_is_none():
    lie = a_shipment_of_lots(2, LOT)
    voiding = Event(
        {**lie.body, "errorDeclaration": {"declarationTime": "2026-11-21T00:00:00Z"}}, lie.context
    )

    assert found_in([*a_chain(), lie, voiding]) == []


def test_a_neighbour_in_the_shipment_has_a_history_of_its_own():
    both = a_shipment_of_lots(10, FIELD_LOT, OTHER_LOT)

    assert (
        found_in([a_harvest(0), both, a_shipment_of_lots(12, FIELD_LOT, step="receiving")], FIELD_LOT) == []
    )


def test_a_case_that_was_emptied_whole_may_go_on_another_pallet():
    assert found_in([*a_chain(), a_packing(23, OTHER_PALLET, units=[CASE])], CASE) == []


def test_a_case_in_a_pallet_in_a_larger_unit_is_in_both():
    larger = [a_packing(5.2, OTHER_PALLET, units=[PALLET]), a_packing(5.4, OTHER_PALLET, units=[CASE])]

    assert Kind.TWO_CONTAINERS not in [kind for kind, _, _ in found_in([*a_chain(), *larger], CASE)]


def test_two_doors_of_one_place_are_one_place():
    door = a_sighting(6, PALLET, "storing", place=FIELD.replace("PLOT-1", "DOOR-2"))
    indoors = a_shipment_of_lots(5.5, LOT, step="receiving", place=FIELD.replace("PLOT-1", "DOOR-2"))

    assert found_in([*a_chain(), door, indoors], PALLET) == []
    assert found_in([*a_chain(), indoors]) == []


def test_a_sister_lot_that_was_received_with_it_is_not_judged():
    made = a_pack_out(3)
    made.body["outputQuantityList"].append({"epcClass": OTHER_LOT, "quantity": 1, "uom": "KGM"})
    sent = a_shipment_of_lots(4, LOT)
    came = a_shipment_of_lots(9, LOT, OTHER_LOT, step="receiving", place=SHOP)

    assert found_in([a_harvest(0), made, sent, came]) == []


def test_a_stranger_who_says_later_that_it_was_made_before_hides_nothing():
    cover = a_harvest(-5, lot=LOT)

    kinds = [kind for kind, _, _ in found_in([*a_chain(), a_shipment_of_lots(2, LOT)], stranger=[cover])]
    assert Kind.SHIPPED_BEFORE_MADE in kinds


def test_what_began_elsewhere_may_be_received_without_a_shipment():
    kinds = [kind for kind, _, _ in found_in([a_shipment_of_lots(1, LOT, step="receiving", place=SHOP)])]

    assert kinds == [Kind.MISSING_LINK]


@pytest.mark.parametrize(("hours", "is_told"), [(1, True), (4, False)])
def test_nothing_is_further_away_than_anything_flies(hours, is_told):
    label = an_event(hours=0, place=BEIJING, action="ADD", epcList=[ITEM])
    seen = a_sighting(hours, ITEM, "stocking", place=URUMQI)

    assert (Kind.TWO_PLACES in [kind for kind, _, _ in found_in([label, seen], ITEM)]) is is_told


@pytest.mark.parametrize("place", [FIELD, "geo:95,0", "geo:north", "geo:1", "geo:0,181"])
def test_a_place_without_sound_coordinates_has_no_distance(place):
    assert kilometres(place, BEIJING) is None
    assert kilometres(BEIJING, place) is None


def test_distances_are_along_the_earth():
    assert kilometres(BEIJING, URUMQI) == pytest.approx(2_400, rel=0.02)
    assert kilometres(BEIJING, f"{BEIJING};u=35") == 0


def test_what_a_stranger_says_contradicts_nothing():
    lies = [a_shipment_of_lots(2, LOT), a_pack_out(1, source=LOT, made=OTHER_LOT)]

    assert found_in(a_chain(), stranger=lies) == []
    assert found_in([*a_chain(), *lies]) != []


def in_parts(hours, source=None, made=None):
    fields = {"inputQuantityList": source, "outputQuantityList": made}
    goods = {name: [{"epcClass": lot}] for name, lot in fields.items() if lot}
    return an_event("TransformationEvent", hours, transformationID="urn:x:1", **goods)


def test_a_transformation_in_parts_is_missing_no_link_and_closes_a_circle():
    chain = [a_harvest(0), in_parts(2, source=FIELD_LOT), in_parts(3, made=LOT)]
    circle = [*chain, a_pack_out(5, source=LOT, made=FIELD_LOT)]

    assert found_in(chain) == []
    assert Kind.CYCLE in [kind for kind, _, _ in found_in(circle)]
    assert [kind for kind, _, _ in found_in(chain[1:])] == [Kind.MISSING_LINK]
