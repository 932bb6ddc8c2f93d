"""A sheet's columns are found by their headings; what is missing, twice there or gone is named."""

import pytest

from tests.imports.sheets import SOUND, a_row, planned
from traceability.imports.kinds import kind, kinds, plainly
from traceability.imports.layout import lay_out
from traceability.sheets.cell import Cell


def headings(*texts):
    return [[Cell(text) for text in texts]]


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("written", ["{}", "{}*", " {} （必填）"])
def test_our_own_headings_are_found_however_they_are_marked(name, language, written):
    texts = [written.format(column.headings[language]) for column in kind(name).columns]

    layout = lay_out(kind(name), headings(*texts), {})

    assert layout.faults == ()
    assert layout.at == {column.name: at for at, column in enumerate(kind(name).columns)}


@pytest.mark.parametrize("name", kinds())
def test_no_word_is_the_own_heading_of_two_columns(name):
    own = [plainly(text) for column in kind(name).columns for text in column.headings.values()]

    assert len(own) == len(set(own))


def test_headings_of_others_are_guessed_and_strange_ones_named():
    layout = lay_out(
        kind("harvest"), headings("条码", "批号", "重量(kg)", "uom", "采摘日期", "GLN", "天气"), {}
    )

    assert list(layout.at) == ["gtin", "lot", "amount", "unit", "harvested_at", "place"]
    assert layout.unread == ("天气",)


def test_a_title_above_the_headings_is_passed_over():
    data = "青山合作社采收记录,,,,,\n,,,,,\n批号,条码,数量,单位,时间,地点\n"
    data += "HY1,9521234000020,28.8,kg,2026-11-20 6:30,9521234000013\n"

    made = planned("harvest", data.encode())

    assert (made.layout.row, len(made.events)) == (2, 1)


def test_columns_that_are_missing_are_named_in_both_languages():
    faults = lay_out(kind("harvest"), headings("批号", "数量"), {}).faults

    assert [str(fault) for fault in faults] == [
        f"row 1: found no column for {column}; add it, or say which one it is by mapping the columns"
        for column in ("单位 (Unit)", "采收时间 (Harvested at)", "地点 (Place (GLN))")
    ]


def test_a_second_column_for_the_same_is_named():
    [fault] = lay_out(kind("harvest"), headings("批号", "数量", "单位", "时间", "地点", "批次号"), {}).faults

    assert str(fault).startswith("row 1, column F (批次号)")
    assert "a second column for 批次号 (Lot)" in str(fault)


def test_what_the_sender_said_goes_before_what_we_would_guess():
    saved = {"货": "lot", "批号": ""}

    layout = lay_out(kind("harvest"), headings("货", "批号", "数量", "单位", "时间", "地点"), saved)

    assert (layout.faults, layout.at["lot"], layout.unread) == ((), 0, ("批号",))
    assert layout.mapped()["货"] == "lot"
    assert layout.mapped()["批号"] == ""


def test_a_needed_column_that_is_gone_since_last_time_is_named_by_its_heading():
    saved = {"重": "amount", "单位": "unit"}

    [fault] = lay_out(kind("harvest"), headings("重重", "批号", "单位", "时间", "地点"), saved).faults

    assert "found no column for 数量 (Quantity), which was 重 before" in str(fault)


def test_what_stands_under_another_heading_than_last_time_or_nowhere_is_told():
    saved = {"我的批号": "lot", "数量": "amount", "货": "gtin", "天气": ""}

    layout = lay_out(kind("harvest"), headings("批号", "数量", "单位", "时间", "地点"), saved)

    assert (layout.faults, layout.changed) == ((), (("我的批号", "批号"), ("货", "")))


def test_a_heading_that_another_form_of_the_sender_has_is_not_missed():
    saved = {"采收处": "place", "地点": "place"}

    layout = lay_out(kind("harvest"), headings("批号", "数量", "单位", "时间", "地点"), saved)

    assert (layout.faults, layout.changed) == ((), ())


@pytest.mark.parametrize("heading", ["采收地点", "装箱地点", "地点"])
def test_a_place_is_known_by_what_is_done_there(heading):
    layout = lay_out(kind("harvest"), headings("批号", "数量", "单位", "时间", heading), {})

    assert (layout.faults, layout.at["place"]) == ((), 4)


def test_a_row_without_the_column_of_its_lot_is_no_mistake_of_ours():
    made = planned("shipping", "时间,地点,发往\n2026-11-20 6:30,9521234000013,9521234000037\n".encode())

    assert [str(fault) for fault in made.faults] == [
        "row 2: found 0 of 批次号 (Lot), 单品序列号 (Serial number), "
        "箱或托盘码 (Box or pallet (SSCC)); want one of them"
    ]
    assert a_row("shipping")["to"] == "9521234000037"
