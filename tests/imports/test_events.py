"""Rows become the events of our profile, the same ones each time, grouped by what belongs together."""

import json
import random

import pytest

from tests.imports.sheets import GOODS, PARTY, SOUND, a_csv, a_row, bodies, faults, planned
from traceability.gs1.keys import check_digit

LOT = "https://id.gs1.org/01/09521234000020/10/HY1"
PALLET = "https://id.gs1.org/00/095212340000000013"
THERE = "https://id.gs1.org/414/9521234000037"
OUT = {"direction": "产出", "lot": "P1", "amount": "25", "product": "草莓"}
LOSS = {"direction": "损耗", "gtin": "", "lot": "", "amount": "3.8"}
RUN = [a_row("processing"), a_row("processing", **OUT), a_row("processing", **LOSS)]


def test_a_harvest_adds_its_lot_at_its_field():
    [body] = bodies("harvest", a_row("harvest", product="红颜草莓", variety="红颜"))

    assert body == {
        "type": "ObjectEvent",
        "eventTime": "2026-11-20T06:30:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "action": "ADD",
        "bizStep": "creating_class_instance",
        "disposition": "active",
        "quantityList": [{"epcClass": LOT, "quantity": 28.8, "uom": "KGM"}],
        "readPoint": {"id": f"https://id.gs1.org/414/{PARTY}/254/FIELD-3"},
        "bizLocation": {"id": f"https://id.gs1.org/414/{PARTY}/254/FIELD-3"},
        "ilmd": {"guoji:name": "红颜草莓", "guoji:variety": "红颜", "guoji:harvestDate": "2026-11-20"},
    }


def test_rows_of_one_pallet_are_one_aggregation():
    inner = {"gtin": "", "lot": "", "amount": "", "unit": "", "unit_code": "095212340000000020"}
    item = {"lot": "", "amount": "", "unit": "", "serial": "S1"}
    rows = [
        a_row("packing"),
        a_row("packing", lot="HY2"),
        a_row("packing", **inner),
        a_row("packing", **item),
    ]

    [body] = bodies("packing", *rows)

    assert (body["type"], body["action"], body["bizStep"], body["parentID"]) == (
        "AggregationEvent",
        "ADD",
        "packing",
        PALLET,
    )
    assert [each["epcClass"][-3:] for each in body["childQuantityList"]] == ["HY1", "HY2"]
    assert body["childEPCs"] == [
        "https://id.gs1.org/00/095212340000000020",
        "https://id.gs1.org/01/09521234000020/21/S1",
    ]


def test_another_pallet_or_another_time_is_another_event():
    rows = [
        a_row("packing"),
        a_row("packing", parent="095212340000000020"),
        a_row("packing", packed_at="2026-11-20 10:06"),
    ]

    assert len(bodies("packing", *rows)) == 3


def test_both_ends_of_a_delivery_name_the_same_note():
    [sent] = bodies("shipping", a_row("shipping", document="DN-1/2"))
    [came] = bodies("receiving", a_row("receiving", document="DN-1/2"))

    assert sent["bizTransactionList"] == came["bizTransactionList"]
    assert sent["bizTransactionList"][0]["bizTransaction"] == f"urn:epcglobal:cbv:bt:{PARTY}:DN-1%2F2"
    assert sent["destinationList"] == [{"type": "location", "destination": THERE}]
    assert came["sourceList"] == [{"type": "location", "source": f"https://id.gs1.org/414/{PARTY}"}]
    assert (sent["bizStep"], came["bizStep"], came["bizLocation"]) == ("shipping", "receiving", {"id": THERE})


def test_a_run_turns_its_inputs_into_its_outputs_and_says_what_was_lost():
    [body] = bodies("processing", *RUN)

    assert body["type"] == "TransformationEvent"
    assert body["inputQuantityList"] == [{"epcClass": LOT, "quantity": 28.8, "uom": "KGM"}]
    assert body["outputQuantityList"][0]["epcClass"].endswith("/10/P1")
    assert body["guoji:massBalance"] == {"guoji:culled": 3.8, "guoji:uom": "KGM"}
    assert body["ilmd"] == {"guoji:name": "草莓"}


def test_pieces_say_what_one_holds():
    [body] = bodies("processing", RUN[0], a_row("processing", **OUT, unit="盒", piece="0.3"))

    assert body["outputQuantityList"][0]["uom"] == "H87"
    assert body["ilmd"]["guoji:netContent"] == {"guoji:value": 0.3, "guoji:uom": "KGM"}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (RUN[:1], "this processing has no row of 产出 / out"),
        (RUN[1:], "this processing has no row of 投入 / in"),
        ([*RUN[:2], a_row("processing", **LOSS, processed_at="2026-11-20 09:01")], "differs from row 2"),
        ([*RUN[:2], a_row("processing", **{**OUT, "lot": "P2", "product": "苹果"})], "differs from row 3"),
        ([*RUN, a_row("processing", **LOSS, unit="个")], "the losses of one processing want one unit"),
        ([*RUN, a_row("processing", **LOSS, unit="箱")], "a packing unit does not say how much it holds"),
        (
            [*RUN, a_row("processing", lot="HY2", unit="箱", piece="5")],
            "a packing unit does not say how much",
        ),
        ([*RUN[:2], a_row("processing", **{**LOSS, "lot": "HY1"})], "a row of loss names no goods"),
    ],
)
def test_rows_of_one_run_that_do_not_fit_are_named(rows, says):
    [fault] = faults("processing", *rows)

    assert says in fault


def test_a_report_holds_all_its_results():
    other = {"analyte": "多菌灵", "value": "0", "limit": ""}

    [body] = bodies("laboratory", a_row("laboratory"), a_row("laboratory", **other))

    assert body["guoji:labResults"] == [
        {"guoji:analyte": "多菌灵", "guoji:value": 0, "guoji:uom": "NA"},
        {"guoji:analyte": "毒死蜱", "guoji:value": 0.004, "guoji:uom": "NA", "guoji:limit": 0.02},
    ]
    assert (body["bizStep"], body["disposition"], body["quantityList"]) == (
        "inspecting",
        "conformant",
        [{"epcClass": LOT}],
    )


def test_a_report_with_two_verdicts_or_half_a_result_is_refused():
    assert (
        "differs from row 2"
        in faults("laboratory", a_row("laboratory"), a_row("laboratory", analyte="x", verdict="不合格"))[0]
    )
    assert "or none of them" in faults("laboratory", a_row("laboratory", value_unit=""))[0]


def test_what_was_sold_is_observed_and_what_was_destroyed_is_gone():
    sold, destroyed = bodies(
        "leaving", a_row("leaving"), a_row("leaving", fate="destroyed", left_at="2026-11-21 17:00")
    )

    assert (sold["action"], sold["bizStep"]) == ("OBSERVE", "retail_selling")
    assert (destroyed["action"], destroyed["bizStep"]) == ("DELETE", "destroying")


@pytest.mark.parametrize("name", SOUND)
def test_the_order_of_the_rows_changes_no_event(name):
    rows = [a_row(name, lot=f"L{at}") for at in range(5)]
    if name == "processing":
        rows = [*rows, a_row(name, **OUT)]
    shuffled = random.Random(7).sample(rows, len(rows))

    assert _as_set(bodies(name, *rows)) == _as_set(bodies(name, *shuffled))


def test_the_order_of_boxes_changes_no_event():
    codes = [f"{at:017}" for at in range(9)]
    none = {"gtin": "", "lot": "", "amount": "", "unit": ""}
    rows = [a_row("shipping", **none, unit_code=code + check_digit(code)) for code in codes]

    [body] = bodies("shipping", *rows)

    assert body["epcList"] == sorted(body["epcList"])
    assert [body] == bodies("shipping", *rows[::-1])


def test_nothing_in_an_event_tells_when_or_where_it_was_imported():
    data = a_csv("harvest", a_row("harvest"))

    first, second = planned("harvest", data), planned("harvest", data)

    assert first.document == second.document
    assert first.events[0].body.keys().isdisjoint({"eventID", "recordTime", "guoji:entered"})


def _as_set(found):
    return {json.dumps(body, sort_keys=True) for body in found}


def test_a_lot_may_be_a_digital_link_that_names_its_product():
    [body] = bodies("harvest", a_row("harvest", gtin="", lot=LOT))
    [other] = bodies("harvest", a_row("harvest", gtin="", lot="(01)09521234000020(10)HY1"))

    assert body == other
    assert body["quantityList"][0]["epcClass"] == LOT


def test_half_kilograms_become_kilograms_and_no_digit_is_lost():
    [body] = bodies("harvest", a_row("harvest", amount="57.601", unit="斤"))

    assert body["quantityList"] == [{"epcClass": LOT, "quantity": 28.8005, "uom": "KGM"}]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"lot": "", "amount": "", "unit": ""}, "found 0 of 批次号 (Lot), 单品序列号 (Serial number)"),
        ({"unit_code": "095212340000000013"}, "found 2 of"),
        ({"lot": "", "serial": "S1"}, "an item, box or pallet has no quantity here"),
        ({"gtin": ""}, "a lot or serial number needs its product"),
        ({"amount": ""}, "a lot needs its quantity and unit"),
        ({"lot": "https://id.gs1.org/01/09521234000037/10/HY1"}, "another product stands beside it"),
    ],
)
def test_goods_that_are_not_named_once_are_refused(changed, says):
    assert any(says in fault for fault in faults("shipping", a_row("shipping", **changed)))


def test_the_goods_of_all_kinds_are_the_same_lot():
    for name in SOUND.keys() - {"processing"}:
        assert LOT in planned(name, a_csv(name, a_row(name))).goods, name
    assert GOODS["lot"] == "HY1"
