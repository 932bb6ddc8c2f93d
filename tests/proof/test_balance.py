"""Honest chains balance, whatever happens to them; an inflated amount is found; unknown is never balanced."""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count

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
    an_event,
)
from traceability.epcis.event import Event
from traceability.gs1 import digital_link
from traceability.proof.accounts import Draw
from traceability.proof.balance import Outcome, balance
from traceability.proof.quantity import measure, written
from traceability.proof.records import Proven

OTHER_PALLET = "https://id.gs1.org/00/095212340000000037"
SECOND = digital_link.item("09521234000020", "A000000000000002")


def proven(event, number=0, submitter=FARM):
    return Proven(f"{number:064}", event, submitter, number, (event.hash().uri, submitter))


def judged(*events, subject=LOT):
    return balance([proven(event, number) for number, event in enumerate(events)], subject)


def kg(lot, amount, unit="KGM"):
    return {"epcClass": lot, "quantity": amount, "uom": unit}


def a_move(hours, step, *quantities, place=FIELD, action="OBSERVE", **fields):
    goods = {"quantityList": list(quantities)} if quantities else {}
    return an_event(hours=hours, place=place, action=action, bizStep=step, **goods, **fields)


def packed(hours, parent, *quantities, units=(), action="ADD"):
    return an_event(
        "AggregationEvent",
        hours,
        action=action,
        parentID=parent,
        childEPCs=list(units),
        childQuantityList=list(quantities),
    )


def labels(hours, *items, lot=LOT, **content):
    return an_event(
        hours=hours,
        action="ADD",
        bizStep="commissioning",
        epcList=list(items),
        ilmd={"guoji:lot": lot, **content},
    )


def net(value, unit="KGM"):
    return {"guoji:netContent": {"guoji:value": value, "guoji:uom": unit}}


def draws(found):
    return [each.draw for each in found.over_drawn]


def test_what_was_harvested_is_found_again_to_the_gram():
    found = judged(
        a_harvest(0, kg=30),
        a_pack_out(3),
        packed(4, CASE, kg(LOT, 20.1)),
        a_move(5, "sampling", kg(LOT, 0.3)),
        a_move(6, "destroying", kg(LOT, 200, "GRM"), action="DELETE"),
    )

    (total,) = found.totals
    assert found.outcome is Outcome.BALANCED
    assert (total.harvested, total.lost, total.gone) == (30, 2, Fraction("0.5"))
    assert (total.claimed, total.left) == (Fraction("20.1"), Fraction("7.4"))


@pytest.mark.parametrize(
    ("draw", "events"),
    [
        (Draw.USED, [a_move(5, "destroying", kg(LOT, 28.5), action="DELETE")]),
        (Draw.USED, [a_move(5, "retail_selling", kg(LOT, 28.5))]),
        (Draw.HELD, [packed(5, CASE, kg(LOT, 20)), packed(6, PALLET, kg(LOT, 8.001))]),
        (Draw.HELD, [labels(5, ITEM, SECOND, **net(14.5))]),
        (Draw.SHIPPED, [a_move(5, "shipping", kg(LOT, 20)), a_move(6, "shipping", kg(LOT, 9))]),
        (Draw.RECEIVED, [a_move(5, "receiving", kg(LOT, 28.5), place=SHOP)]),
        (Draw.SHIPPED, [
            a_move(5, "receiving", kg(LOT, 10), place=SHOP), a_move(6, "shipping", kg(LOT, 11), place=SHOP)
        ]),
    ],
)  # fmt: skip
def test_more_than_there_was_is_told_with_its_numbers_and_its_events(draw, events):
    found = judged(a_harvest(0), a_pack_out(3), *events)

    (over,) = found.over_drawn
    assert found.outcome is Outcome.OVER_DRAWN
    assert over.draw is draw
    assert over.drew > over.had
    assert f"{1 + len(events):064}" in over.events


def test_more_out_of_a_transformation_than_into_it_is_told():
    grown = a_pack_out(3)
    grown.body["outputQuantityList"][0]["quantity"] = 30.5

    (over,) = judged(a_harvest(0), grown).over_drawn

    assert (over.draw, over.lot, over.had, over.drew) == (Draw.MADE, LOT, 30, Fraction("30.5"))


def test_what_a_transformation_says_it_lost_counts_as_come_out():
    stated = {"guoji:culled": 2, "guoji:shrinkage": 0.1, "guoji:uom": "KGM"}

    assert draws(judged(a_harvest(0), a_pack_out(3, **{"guoji:massBalance": stated}))) == [Draw.MADE]


def test_a_transformation_told_in_several_events_is_one():
    half = [{"epcClass": FIELD_LOT, "quantity": 15, "uom": "KGM"}]
    first, second = (a_pack_out(hours, transformationID="urn:x:1") for hours in (3, 4))
    first = Event({**first.body, "inputQuantityList": half}, first.context)
    second = Event({**second.body, "inputQuantityList": half}, second.context)
    second.body["outputQuantityList"][0]["quantity"] = 2

    assert judged(a_harvest(0), first, second).outcome is Outcome.BALANCED


def test_repacking_packs_nothing_twice():
    found = judged(
        a_harvest(0),
        a_pack_out(3),
        packed(4, CASE, kg(LOT, 28)),
        a_packing(5, CASE, action="DELETE"),
        packed(6, PALLET, kg(LOT, 28)),
        packed(7, PALLET, kg(LOT, 10), action="DELETE"),
        packed(8, CASE, kg(LOT, 10)),
    )

    assert found.outcome is Outcome.BALANCED


def test_what_lies_in_cases_on_a_pallet_is_shipped_with_it_once():
    chain = [
        a_harvest(0),
        a_pack_out(3),
        packed(4, CASE, kg(LOT, 20)),
        packed(5, PALLET, kg(LOT, 8), units=[CASE]),
        a_move(6, "shipping", epcList=[PALLET, CASE]),
    ]

    assert judged(*chain).outcome is Outcome.BALANCED
    assert draws(judged(*chain, a_move(7, "shipping", kg(LOT, 1)))) == [Draw.SHIPPED]


def test_a_shipment_called_back_may_go_again():
    there, back = a_move(5, "shipping", kg(LOT, 20)), a_move(6, "void_shipping", kg(LOT, 20))

    assert (
        judged(a_harvest(0), a_pack_out(3), there, back, a_move(7, "shipping", kg(LOT, 20))).over_drawn == ()
    )


def test_a_voided_event_neither_gives_nor_takes():
    wrong = a_move(5, "destroying", kg(LOT, 99), action="DELETE")
    voiding = Event(
        {**wrong.body, "errorDeclaration": {"declarationTime": "2026-11-21T00:00:00Z"}}, wrong.context
    )

    assert judged(a_harvest(0), a_pack_out(3), wrong, voiding).outcome is Outcome.BALANCED


def test_who_was_not_the_first_to_make_a_lot_cannot_add_to_it():
    chain = [a_harvest(0), a_pack_out(3), a_move(5, "destroying", kg(LOT, 29), action="DELETE")]
    records = [proven(event, number) for number, event in enumerate(chain)]
    helped = [*records, proven(a_harvest(4, lot=LOT, kg=99), 9, submitter="9521234000013")]

    assert [each.draw for each in balance(helped, LOT).over_drawn] == [Draw.USED]


@pytest.mark.parametrize(
    "events",
    [
        [a_pack_out(3)],
        [a_harvest(0, kg=None), a_pack_out(3)],
        [a_harvest(0), a_pack_out(3), a_packing(4, CASE, [LOT])],
        [a_harvest(0), a_pack_out(3), labels(4, ITEM)],
        [a_harvest(0), a_pack_out(3), a_move(4, "destroying", kg(LOT, 3, "H87"), action="DELETE")],
        [a_harvest(0), a_pack_out(3), a_harvest(1, lot=LOT), packed(2, CASE, kg(LOT, 5, "LTR"))],
        [a_packing(4, CASE, [LOT])],
        [],
    ],
)
def test_what_is_not_recorded_or_not_comparable_is_unknown_and_never_balanced(events):
    assert judged(*events).outcome is Outcome.UNKNOWN


def test_pieces_count_by_what_one_of_them_holds_where_that_is_said():
    made = a_pack_out(3, ilmd=net(300, "GRM"))
    made.body["outputQuantityList"][0] = {"epcClass": LOT, "quantity": 90}

    found = judged(a_harvest(0), made, labels(4, ITEM, SECOND))

    (total,) = found.totals
    assert found.outcome is Outcome.BALANCED
    assert (total.lost, total.claimed) == (3, Fraction("0.6"))
    assert draws(judged(a_harvest(0), made, packed(5, CASE, kg(LOT, 91, "H87")))) == [Draw.HELD]


def test_a_neighbour_on_the_pallet_is_not_judged():
    neighbour = packed(4, CASE, kg(LOT, 5), kg(OTHER_LOT, 500))

    assert judged(a_harvest(0), a_pack_out(3), neighbour).outcome is Outcome.BALANCED


def test_a_place_that_received_nobody_knows_how_much_may_ship_it():
    unknown = a_move(5, "receiving", {"epcClass": LOT}, place=SHOP)
    events = [
        a_move(4, "receiving", kg(LOT, 1), place=SHOP),
        unknown,
        a_move(6, "shipping", kg(LOT, 9), place=SHOP),
    ]

    assert judged(a_harvest(0), a_pack_out(3), *events).over_drawn == ()


def test_what_is_used_was_taken_out_of_its_container_though_nobody_said_so():
    sold = [
        packed(4, CASE, kg(LOT, 14)),
        packed(4, PALLET, kg(LOT, 14)),
        a_move(5, "retail_selling", kg(LOT, 8)),
    ]
    again = [a_packing(6, CASE, action="DELETE"), packed(7, CASE, kg(LOT, 10))]

    (total,) = judged(a_harvest(0), a_pack_out(3), *sold).totals
    assert (total.claimed, total.gone, total.left) == (20, 8, 0)
    assert judged(a_harvest(0), a_pack_out(3), *sold, *again).outcome is Outcome.BALANCED


def test_an_item_is_labelled_once():
    twice = [labels(4, ITEM, **net(20)), labels(5, ITEM, **net(20))]

    assert judged(a_harvest(0), a_pack_out(3), *twice).outcome is Outcome.BALANCED


def test_a_lot_that_came_in_two_units_has_no_bound():
    both = [a_pack_out(3), an_event(hours=3, action="ADD", quantityList=[{"epcClass": LOT, "quantity": 9}])]
    found = judged(a_harvest(0), *both, packed(4, CASE, kg(LOT, 99)))

    assert (found.outcome, found.over_drawn) == (Outcome.UNKNOWN, ())


def test_what_went_in_without_an_amount_bounds_nothing():
    case = an_event(
        "TransformationEvent", 3, inputEPCList=[CASE], inputQuantityList=[kg(FIELD_LOT, 1)],
        outputQuantityList=[kg(LOT, 20)],
    )  # fmt: skip
    found = judged(a_harvest(0), case)

    assert (found.outcome, found.over_drawn, found.unknown) == (Outcome.UNKNOWN, (), (LOT,))


def test_a_subject_that_nobody_made_is_unknown_whatever_else_adds_up():
    assert judged(a_harvest(0), packed(4, CASE, kg(LOT, 5))).unknown == (LOT,)


def test_packing_in_a_circle_and_packing_again_count_nothing_twice():
    chain = [a_harvest(0), a_pack_out(3), packed(4, CASE, kg(LOT, 20))]
    circle = [packed(5, PALLET, units=[CASE]), packed(6, CASE, units=[PALLET])]
    moved_on = [packed(5, PALLET, units=[CASE]), packed(6, OTHER_PALLET, units=[CASE])]
    shipped = [a_move(7, "shipping", epcList=[PALLET]), a_move(8, "shipping", epcList=[OTHER_PALLET])]

    assert judged(*chain, *circle, a_move(7, "shipping", epcList=[CASE])).outcome is Outcome.BALANCED
    assert judged(*chain, *moved_on, *shipped).outcome is Outcome.BALANCED


@pytest.mark.parametrize("value", [True, "30", None, -1, 1e13, float("nan"), [], {}])
def test_what_is_no_amount_is_unknown(value):
    assert measure(value, "KGM")[0] is None


def test_amounts_are_exact_and_of_one_unit():
    assert measure(0.1, "KGM")[0] * 3 == measure(300, "GRM")[0]
    assert measure(1, "LBR") == (Fraction("0.45359237"), "KGM")
    assert measure(2, "DZN") == measure(24, "EA")
    assert measure(1, "XYZ") == (1, "XYZ")
    assert [written(Fraction(n)) for n in ("1234.5", "0.1254", "28", "-3.5")] == [
        "1,234.5",
        "0.125",
        "28",
        "-3.5",
    ]


@dataclass
class Kilo:
    """The obvious twin: every kilogram of fruit is a thing of its own, and is somewhere."""

    lot: str
    place: str
    box: str | None = None
    gone: bool = False
    lost: bool = False


@dataclass
class Orchard:
    kilos: list[Kilo] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    at: "count[int]" = field(default_factory=count)

    def loose(self, lot, place):
        return [
            k
            for k in self.kilos
            if (k.lot, k.place, k.box, k.gone, k.lost) == (lot, place, None, False, False)
        ]

    def step(self, data):
        name = data.draw(st.sampled_from(["harvest", "turn", "pack", "unpack", "end", "send", "send_box"]))
        getattr(self, name)(data)

    def harvest(self, data):
        lot = digital_link.lot("09521234000013", f"F{data.draw(st.integers(1, 2))}")
        amount = data.draw(st.integers(1, 9))
        self.kilos += [Kilo(lot, FIELD) for _ in range(amount)]
        self.events.append(a_harvest(next(self.at), lot=lot, kg=amount))

    def pick(self, data):
        places = sorted({(k.lot, k.place) for k in self.kilos if self.loose(k.lot, k.place)})
        if not places:
            return []
        stock = self.loose(*data.draw(st.sampled_from(places)))
        return stock[: data.draw(st.integers(1, len(stock)))]

    def turn(self, data):
        if not (taken := self.pick(data)):
            return
        lot = digital_link.lot("09521234000020", f"P{next(self.numbers)}")
        out = data.draw(st.integers(0, len(taken)))
        fields = {
            "inputQuantityList": [kg(taken[0].lot, len(taken))],
            "outputQuantityList": [kg(lot, out)],
        }
        self.events.append(an_event("TransformationEvent", next(self.at), taken[0].place, **fields))
        for kilo in taken[out:]:
            kilo.lost = True
        for kilo in taken[:out]:
            kilo.lot = lot

    def pack(self, data):
        if taken := self.pick(data):
            box = f"https://id.gs1.org/00/{next(self.numbers):018}"
            self.events.append(packed(next(self.at), box, kg(taken[0].lot, len(taken))))
            for kilo in taken:
                kilo.box = box

    def boxes(self):
        return sorted({k.box for k in self.kilos if k.box})

    def unpack(self, data):
        if boxes := self.boxes():
            box = data.draw(st.sampled_from(boxes))
            self.events.append(packed(next(self.at), box, action="DELETE"))
            for kilo in self.kilos:
                kilo.box = None if kilo.box == box else kilo.box

    def end(self, data):
        if taken := self.pick(data):
            step, action = data.draw(st.sampled_from([("sampling", "OBSERVE"), ("destroying", "DELETE")]))
            self.events.append(a_move(next(self.at), step, kg(taken[0].lot, len(taken)), action=action))
            for kilo in taken:
                kilo.gone = True

    def send(self, data):
        if taken := self.pick(data):
            self.go(
                taken, lambda step, at, place: a_move(at, step, kg(taken[0].lot, len(taken)), place=place)
            )

    def send_box(self, data):
        if boxes := self.boxes():
            box = data.draw(st.sampled_from(boxes))
            taken = [k for k in self.kilos if k.box == box]
            self.go(taken, lambda step, at, place: a_move(at, step, place=place, epcList=[box]))

    def go(self, taken, told):
        there = SHOP if taken[0].place == FIELD else FIELD
        self.events += [
            told("shipping", next(self.at), taken[0].place),
            told("receiving", next(self.at), there),
        ]
        for kilo in taken:
            kilo.place = there


def a_chain(data):
    orchard = Orchard()
    orchard.harvest(data)
    for _ in range(data.draw(st.integers(1, 25))):
        orchard.step(data)
    return orchard


@given(st.data())
def test_an_honest_chain_balances_and_its_sums_are_those_of_counting_every_kilogram(data):
    orchard = a_chain(data)

    found = judged(*orchard.events, subject=None)

    (total,) = found.totals
    left = [k for k in orchard.kilos if not k.gone and not k.lost]
    assert found.outcome is Outcome.BALANCED
    assert total.harvested == len(orchard.kilos)
    assert total.gone == sum(k.gone for k in orchard.kilos)
    assert total.lost == sum(k.lost for k in orchard.kilos)
    assert total.claimed + total.left == len(left)
    assert total.claimed >= sum(k.box is not None for k in left)


@given(st.data())
def test_one_inflated_amount_is_found(data):
    orchard = a_chain(data)
    amounts = [
        (event, element)
        for event in orchard.events
        if event.body.get("action") != "ADD" or event.kind == "AggregationEvent"
        for name in ("quantityList", "childQuantityList", "outputQuantityList", "inputQuantityList")
        for element in event.body.get(name, ())
    ]
    if not amounts:
        return
    _, inflated = data.draw(st.sampled_from(amounts))
    # More than all that ever moved: goods that come back to a place may leave it again.
    inflated["quantity"] += len(orchard.kilos) * len(orchard.events) + 1

    found = judged(*orchard.events, subject=None)

    assert found.outcome is Outcome.OVER_DRAWN
    assert inflated["epcClass"] in {each.lot for each in found.over_drawn}
