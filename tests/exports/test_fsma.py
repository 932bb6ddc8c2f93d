"""The spreadsheet of FSMA 204 says what is recorded of a lot, and nothing that is not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from demo.shapes import CONTEXT
from demo.story import tell
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
    START,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
    handed_to,
)
from tests.fakes import FakeEvents
from traceability.epcis.event import Event
from traceability.errors import InvalidInput
from traceability.exports import fsma
from traceability.exports.check import missing, table
from traceability.exports.fsma import fsma_rows, step_of
from traceability.exports.gather import rows_of_lot
from traceability.exports.kde import HEADERS, WANTED, Cte, Row
from traceability.ledger.capture import capture
from traceability.ledger.lineage import in_order, lineage

OTHER_PARTY = "9521234000020"
GOODS = [{"epcClass": LOT, "quantity": 5, "uom": "KGM"}]


def captured(*events, party=FARM, store=None):
    store = store or FakeEvents()
    for event in events:
        capture([event], party, store, len(store.kept), lambda: bytes(16))
    return store


def rows(*events):
    return fsma_rows(list(captured(*events).kept.values()))


def rows_about(lot, store):
    return rows_of_lot(lot, in_order(lineage(lot, store.telling).told, store), store)


def a_shipment(hours, units=(), **fields):
    return an_event(hours=hours, action="OBSERVE", bizStep="shipping", epcList=list(units), **fields)


@pytest.fixture(scope="module")
def story():
    """The rows of the demonstration's lot."""
    told = tell(
        datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=8))), "https://x.example", ["A1", "A2"]
    )
    store = FakeEvents()
    for each in told.submissions:
        captured(Event(each.event, CONTEXT), party=each.submitter, store=store)
    return rows_about(told.lot.link, store)


def test_the_demonstration_has_one_row_for_each_event_and_unit_in_order(story):
    assert [(row.cte.value, row.quantity, row.unit) for row in story] == [
        ("harvesting", "", ""),
        ("initial packing", "28.8", "KGM"),
        ("shipping", "28.2", "KGM"),
        ("shipping", "2", "H87"),
        ("receiving", "28.2", "KGM"),
        ("receiving", "2", "H87"),
    ]
    assert [row.utc for row in story] == sorted(row.utc for row in story)


def test_what_no_record_of_the_demonstration_says_is_named_and_nothing_else(story):
    found = [(each.row, each.column.split(" (")[1], each.clause) for each in missing(table(story))]

    assert found == [
        (2, "Reference Document Types and Numbers)", "1.1325(a)(1)(viii)"),
        (3, "Date Received for Packing)", "1.1330(a)(2)"),
        (3, "Harvester Phone Number)", "1.1330(a)(7)"),
        (3, "Reference Document Types and Numbers)", "1.1330(a)(16)"),
    ]


def test_dates_keep_the_offset_of_their_place(story):
    assert (story[0].date, story[0].utc) == ("2026-11-20T06:30:00+08:00", "2026-11-19T22:30:00+00:00")


def test_each_row_says_where_its_goods_went_or_came_from(story):
    harvesting, packing, shipping, _, receiving, _ = story

    assert harvesting.recipient == packing.location == packing.tlc_source
    assert shipping.recipient == receiving.location
    assert receiving.previous == shipping.location
    assert harvesting.field.startswith("GLN 9521234000013, FIELD-3: ")


def test_every_wanted_element_has_a_column_and_every_column_a_header():
    names = set(Row.__dataclass_fields__)

    assert list(HEADERS) == list(Row.__dataclass_fields__)
    assert set(WANTED) == set(Cte)
    assert all(set(elements) <= names for elements in WANTED.values())


def test_a_lot_on_a_pallet_that_nobody_packed_is_missing_not_guessed():
    (row,) = rows(a_shipment(1, [PALLET]))

    assert (row.tlc, row.quantity, row.carried_in) == ("", "", PALLET)


def test_a_case_of_unknown_content_among_known_ones_gets_a_row_of_its_own():
    other = CASE.replace("1", "2")
    told = rows(
        a_harvest(0),
        a_pack_out(1),
        an_event(
            "AggregationEvent",
            2,
            action="ADD",
            parentID=PALLET,
            childEPCs=[other],
            childQuantityList=GOODS,
        ),
        a_shipment(3, [PALLET]),
    )

    assert [(row.tlc, row.quantity) for row in told if row.cte is Cte.SHIPPING] == [(LOT, "5"), ("", "")]


def test_units_packed_in_a_circle_end():
    told = rows(
        a_packing(1, PALLET, units=[CASE]), a_packing(2, CASE, units=[PALLET]), a_shipment(3, [PALLET])
    )

    assert [(row.cte, row.tlc) for row in told] == [(Cte.SHIPPING, "")]


def test_what_was_unpacked_is_not_shipped():
    packed = an_event("AggregationEvent", 2, action="ADD", parentID=CASE, childQuantityList=GOODS)
    told = rows(packed, a_packing(3, CASE, action="DELETE"), a_shipment(4, [CASE]))

    assert [row.tlc for row in told] == [""]


def test_a_packed_lot_of_which_nobody_said_how_much_is_named_without_an_amount():
    (row,) = rows(a_packing(1, CASE, [LOT]), a_shipment(2, [CASE]))

    assert (row.tlc, row.quantity, row.unit) == (LOT, "", "")


def test_amounts_stand_as_they_were_recorded_without_conversion():
    goods = [{"epcClass": LOT, "quantity": 0.1, "uom": "LBR"}]
    (row,) = rows(an_event(action="OBSERVE", bizStep="shipping", quantityList=goods))

    assert (row.quantity, row.unit) == ("0.1", "LBR")


@pytest.mark.parametrize("amount", [1.7e308, -1, 10**13])
def test_an_amount_that_nothing_can_have_counts_as_unknown(amount):
    goods = [{"epcClass": LOT, "quantity": amount, "uom": "KGM"}] * 2
    told = rows(an_event(action="OBSERVE", bizStep="shipping", quantityList=goods))

    assert [(row.tlc, row.quantity) for row in told] == [(LOT, "")] * 2


def test_an_event_type_of_somebodys_own_is_passed_over():
    odd = an_event("https://partner.example/Event", bizStep="shipping", quantityList=7, bizLocation="here")

    assert [row.cte for row in rows(odd, a_harvest(0))] == [Cte.HARVESTING]


def test_two_lots_made_of_two_are_four_rows_of_one_record():
    event = an_event(
        "TransformationEvent",
        inputQuantityList=[{"epcClass": FIELD_LOT}, {"epcClass": OTHER_LOT}],
        outputQuantityList=[{"epcClass": f"{LOT}A"}, {"epcClass": f"{LOT}B"}],
    )
    told = rows(event)

    assert len({(row.input_lot, row.tlc) for row in told}) == len(told) == 4
    assert {row.cte for row in told} == {Cte.TRANSFORMATION}
    assert len({row.record for row in told}) == 1


def test_an_event_that_would_make_a_million_rows_is_refused(monkeypatch):
    monkeypatch.setattr(fsma, "MOST_ROWS", 3)
    many = [{"epcClass": f"{LOT}{number}"} for number in range(2)]

    with pytest.raises(InvalidInput, match="more than 3 rows"):
        rows(an_event("TransformationEvent", inputQuantityList=many, outputQuantityList=many))


def test_a_record_declared_wrong_by_its_submitter_has_no_row():
    event = a_sighting(1, CASE)
    wrong = {"declarationTime": "2026-11-21T00:00:00.000Z"}

    assert rows(event, Event(event.body | {"errorDeclaration": wrong}, CONTEXT)) == []


def test_who_claims_later_to_have_harvested_a_lot_changes_nothing():
    store = captured(a_harvest(0))
    captured(a_harvest(0, kg=999), party=OTHER_PARTY, store=store)

    assert [row.input_quantity for row in fsma_rows(list(store.kept.values()))] == ["30"]


def test_loose_fruit_that_moves_is_no_event_but_tells_when_it_was_received():
    goods = [{"epcClass": FIELD_LOT, "quantity": 30, "uom": "KGM"}]
    received = an_event(hours=1, place=SHOP, action="OBSERVE", bizStep="receiving", quantityList=goods)
    told = rows(a_harvest(0), received, a_pack_out(2))

    assert [row.cte for row in told] == [Cte.HARVESTING, Cte.INITIAL_PACKING]
    assert told[0].recipient.startswith("GLN 9521234000020, SHELF-1")
    assert told[1].received == "2026-11-20T07:00:00+00:00"


@pytest.mark.parametrize("step", ["https://partner.example/steps/cooling", "urn:partner:steps:cooling"])
def test_a_step_of_somebodys_own_named_cooling_is_cooling(step):
    goods = [{"epcClass": FIELD_LOT, "quantity": 30, "uom": "KGM"}]
    cooled = an_event(hours=1, place=SHOP, action="OBSERVE", bizStep=step, quantityList=goods)
    _, cooling, packing = rows(a_harvest(0), cooled, a_pack_out(2))

    assert cooling.cte is Cte.COOLING
    assert (packing.cooled_at, packing.cooled) == (cooling.location, cooling.date)


def test_what_is_cooled_after_it_was_packed_is_no_event():
    cooled = an_event(hours=2, action="OBSERVE", bizStep="urn:x:cooling", quantityList=GOODS)

    assert Cte.COOLING not in [row.cte for row in rows(a_harvest(0), a_pack_out(1), cooled)]


def test_packing_loose_fruit_into_a_case_is_initial_packing_under_the_same_code():
    goods = [{"epcClass": FIELD_LOT, "quantity": 7, "uom": "KGM"}]
    packed = an_event(
        "AggregationEvent", 1, action="ADD", bizStep="packing", parentID=CASE, childQuantityList=goods
    )
    _, packing, shipping = rows(a_harvest(0), packed, a_shipment(2, [CASE]))

    assert (packing.cte, packing.tlc, packing.input_lot) == (Cte.INITIAL_PACKING, FIELD_LOT, FIELD_LOT)
    assert shipping.tlc_source == packing.location != ""


def test_a_lot_that_only_lay_on_the_same_pallet_is_left_out():
    goods = [*GOODS, {"epcClass": OTHER_LOT, "quantity": 1, "uom": "KGM"}]
    packed = an_event("AggregationEvent", 1, action="ADD", parentID=PALLET, childQuantityList=goods)
    store = captured(packed, a_shipment(2, [PALLET]))

    assert [row.tlc for row in rows_about(LOT, store)] == [LOT]


def test_what_a_stranger_says_of_a_lot_has_no_row_until_it_is_handed_over():
    mine, theirs = a_shipment(2, quantityList=GOODS), a_sighting(4, CASE, "receiving")
    store = captured(a_harvest(0), a_pack_out(1), a_packing(1.5, CASE, [LOT]), mine)
    captured(theirs, a_shipment(5, quantityList=GOODS), party=OTHER_PARTY, store=store)
    before = [row.cte.value for row in rows_about(LOT, store)]
    captured(a_sighting(3, CASE, **handed_to(OTHER_PARTY)), store=store)

    assert before == ["harvesting", "initial packing", "shipping"]
    assert [row.cte.value for row in rows_about(LOT, store)] == [*before, "shipping", "receiving", "shipping"]


def test_a_stranger_who_packs_own_goods_beside_a_lot_gives_it_no_row():
    store = captured(a_harvest(0), a_pack_out(1), a_shipment(2, quantityList=GOODS))
    captured(a_harvest(0, lot=OTHER_LOT), party=OTHER_PARTY, store=store)
    both = [*GOODS, {"epcClass": OTHER_LOT, "quantity": 1, "uom": "KGM"}]
    captured(a_shipment(3, quantityList=both), party=OTHER_PARTY, store=store)

    assert [row.cte.value for row in rows_about(LOT, store)] == ["harvesting", "initial packing", "shipping"]


def test_a_declared_destination_stands_before_what_was_seen_later():
    ends = [
        {"type": "owning_party", "destination": "https://id.gs1.org/417/9521234000099"},
        {"type": "location", "destination": SHOP},
    ]
    (row,) = rows(an_event(action="OBSERVE", bizStep="shipping", quantityList=GOODS, destinationList=ends))

    assert row.recipient == "GLN 9521234000020, SHELF-1"


def test_items_are_pieces_of_the_lot_on_their_label():
    label = an_event(hours=0, action="ADD", bizStep="commissioning", epcList=[ITEM], ilmd={"guoji:lot": LOT})
    told = rows(label, a_shipment(1, [ITEM]))

    assert [(row.tlc, row.quantity, row.unit) for row in told] == [(LOT, "1", "H87")]


@pytest.mark.parametrize("step", [None, "", "a:", "https://x.example/"])
def test_a_step_without_a_last_word_is_none(step):
    assert step_of(an_event(**({} if step is None else {"bizStep": step}))) == ""


def test_a_step_of_the_standard_is_known_in_its_spelling_as_a_uri():
    shipped = an_event(
        hours=1,
        action="OBSERVE",
        bizStep="https://ref.gs1.org/cbv/BizStep-shipping",
        quantityList=[{"epcClass": LOT, "quantity": 3, "uom": "KGM"}],
    )

    assert [row.cte for row in rows(shipped)] == [Cte.SHIPPING]


def test_rows_do_not_depend_on_the_order_of_records():
    kept = list(captured(a_harvest(0), a_pack_out(1), a_shipment(2, [CASE])).kept.values())

    assert fsma_rows(kept) == fsma_rows(kept[::-1])


def test_the_field_is_empty_where_only_the_farm_is_known():
    (row,) = rows(a_harvest(0, place=FIELD.partition("/254/")[0]))

    assert (row.farm, row.field) == ("GLN 9521234000013", "")
    assert START.astimezone(UTC).isoformat() == row.utc
