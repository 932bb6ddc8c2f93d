"""The descent of a lot holds all that was made of it; the balance over it shows what no single trace can."""

from datetime import timedelta

import pytest

from tests.builders import (
    CASE,
    FARM,
    FIELD_LOT,
    ITEM,
    LOT,
    OTHER_LOT,
    PALLET,
    START,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from traceability.ledger.capture import as_stored
from traceability.ledger.contradictions import contradictions
from traceability.ledger.descent import Descent, descent
from traceability.ledger.lineage import MOST_STAYS, lineage
from traceability.proof.balance import Outcome, balance
from traceability.proof.history import told_in
from traceability.proof.told import Told

STRANGER = "9521234000013"


def stored(*events):
    return [as_stored(event, FARM, 0, n.to_bytes(16)) for n, event in enumerate(events)]


def of(lot, *events) -> Descent:
    return descent(lot, told_in(map(Told.of, stored(*events))))


def hours_of(found):
    return [(each.at - START) / timedelta(hours=1) for each in found.told]


def balance_of(found, lot, *events):
    keys = {each.key for each in found.told}
    return balance([each for each in stored(*events) if each.key in keys], lot)


def labels(hours, item, lot):
    return an_event(hours=hours, action="ADD", epcList=[item], ilmd={"guoji:lot": lot})


def test_two_lots_that_together_took_more_than_was_picked_show_only_in_the_descent():
    events = [a_harvest(0, kg=40), a_pack_out(3), a_pack_out(4, made=OTHER_LOT)]
    one_trace = lineage(LOT, told_in(map(Told.of, stored(*events))))

    assert balance_of(one_trace, LOT, *events).outcome is Outcome.BALANCED
    assert balance_of(of(FIELD_LOT, *events), FIELD_LOT, *events).outcome is Outcome.OVER_DRAWN


def test_what_was_made_is_followed_into_its_containers_and_out_of_them():
    events = [
        a_harvest(0),
        a_pack_out(3),
        a_packing(4, CASE, [LOT]),
        a_packing(5, PALLET, units=[CASE]),
        a_sighting(6, PALLET),
        a_packing(8, PALLET, action="DELETE"),
        a_packing(9, CASE, action="DELETE"),
    ]

    assert hours_of(of(FIELD_LOT, *events, a_sighting(10, PALLET), a_sighting(11, CASE))) == [
        0,
        3,
        4,
        5,
        6,
        8,
        9,
    ]


@pytest.mark.parametrize(("labelled_as", "is_followed"), [(LOT, True), (OTHER_LOT, False)])
def test_items_are_found_by_the_lot_on_their_label_wherever_they_go(labelled_as, is_followed):
    events = [a_harvest(0, LOT), labels(3, ITEM, labelled_as), a_sighting(9, ITEM)]

    assert (hours_of(of(LOT, *events))[1:] == [3, 9]) is is_followed


def test_a_label_may_spell_its_lot_as_it_likes():
    spelt = LOT.replace("https://id.gs1.org", "https://shop.example/x")

    assert hours_of(of(LOT, a_harvest(0, LOT), labels(3, ITEM, spelt))) == [0, 3]


def test_a_label_of_an_odd_shape_is_nobodys():
    assert hours_of(of(LOT, a_packing(4, CASE, [LOT], units=[ITEM]), labels(3, ITEM, [LOT]))) == [4]


def test_what_lay_beside_it_is_not_followed():
    events = [a_packing(4, CASE, [LOT, OTHER_LOT]), a_sighting(1, OTHER_LOT)]

    assert hours_of(of(LOT, *events)) == [4]


def test_a_circle_ends():
    assert hours_of(of(LOT, a_pack_out(1, LOT, OTHER_LOT), a_pack_out(2, OTHER_LOT, LOT))) == [1, 2]


def test_each_generation_is_one_query():
    asked = []
    packed = (a_pack_out(3, made=f"{LOT}{n}") for n in range(50))
    ask = told_in(map(Told.of, stored(a_harvest(0), *packed)))

    descent(FIELD_LOT, lambda identifiers: asked.append(1) or ask(identifiers))

    assert len(asked) == 2


def test_a_descent_that_reaches_further_than_is_walked_says_so():
    made = [{"epcClass": f"{LOT}{number}"} for number in range(MOST_STAYS)]
    turning = an_event(
        "TransformationEvent", 3, inputQuantityList=[{"epcClass": LOT}], outputQuantityList=made
    )

    assert of(LOT, turning).is_cut


def test_a_transformation_in_parts_is_one_both_ways():
    """EPCIS 2.0, 7.4.5: any of what went in may be in all that came out."""
    shared = {"transformationID": "urn:uuid:5c1f5b1e-1111-4222-8333-444455556666"}
    events = [
        a_harvest(0),
        an_event("TransformationEvent", 2, inputQuantityList=[{"epcClass": FIELD_LOT}], **shared),
        an_event("TransformationEvent", 4, outputQuantityList=[{"epcClass": LOT}], **shared),
        an_event("TransformationEvent", 5, outputQuantityList=[{"epcClass": OTHER_LOT}], **shared),
    ]
    back = lineage(LOT, told_in(map(Told.of, stored(*events))))

    assert hours_of(of(FIELD_LOT, *events)) == [0, 2, 4, 5]
    assert hours_of(back) == [0, 2, 4]
    assert [each.kind for each in contradictions(LOT, back.goods, back.counting)] == []


def test_parts_of_another_party_are_no_parts():
    shared = {"transformationID": "urn:x:1"}
    put_in = an_event("TransformationEvent", 2, inputQuantityList=[{"epcClass": FIELD_LOT}], **shared)
    took_out = an_event("TransformationEvent", 4, outputQuantityList=[{"epcClass": LOT}], **shared)
    theirs = as_stored(took_out, STRANGER, 9, (99).to_bytes(16))
    told = told_in(map(Told.of, [*stored(a_harvest(0), put_in), theirs]))

    assert hours_of(descent(FIELD_LOT, told)) == [0, 2]
    assert hours_of(lineage(LOT, told)) == [4]


def test_goods_that_a_stranger_says_are_made_of_it_are_followed_and_its_say_on_the_lot_is_a_claim():
    theirs = as_stored(a_pack_out(3), STRANGER, 9, (99).to_bytes(16))
    label = as_stored(labels(4, ITEM, FIELD_LOT), STRANGER, 10, (98).to_bytes(16))
    found = descent(FIELD_LOT, told_in(map(Told.of, [*stored(a_harvest(0)), theirs, label])))

    assert hours_of(found) == [0, 3, 4]
    assert [each.key in found.claimed for each in found.told] == [False, True, True]
