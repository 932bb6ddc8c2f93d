"""Every wrong cell is named with what it holds and what it should; nothing is guessed, nothing is rounded."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imports.sheets import NOW, PARTY, SOUND, a_csv, a_row, bodies, faults, planned
from traceability.imports.fault import Fault
from traceability.imports.kinds import kind, words

WRONG = [
    ("gtin", "9521234000021", "the last digit does not fit the others (it would have to be 0)"),
    ("gtin", "952123400002", "the last digit does not fit"),
    ("gtin", "草莓", "want a GTIN: 8/12/13/14 digits and nothing else"),
    ("gtin", "95212", "has 5 digits, want a GTIN of 8/12/13/14"),
    ("gtin", "https://x.example/01/9/10/1", "no GS1 Digital Link"),
    ("place", "952123400001", "has 12 digits, want a GLN of 13"),
    ("place", "https://id.gs1.org/414/x", "no GS1 Digital Link"),
    ("lot", "第 7 批", "want at most 20 letters"),
    ("lot", "x" * 21, "want at most 20 letters"),
    ("lot", "1.23E+13", "the spreadsheet made a number of it and lost digits"),
    ("amount", "28.8kg", "want a number such as 1234.5"),
    ("amount", "1,234.5", "without unit and commas"),
    ("amount", "0", "want more than zero"),
    ("amount", "-1", "want more than zero"),
    ("amount", "1000000001", "at most 1000000000"),
    ("amount", "0.1234567", "at most 6 decimals"),
    ("unit", "堆", "want kg, g, t"),
    ("unit", "箱", "a packing unit does not say how much it holds; want kg, or single pieces"),
    ("unit", "件", "a packing unit does not say how much it holds; want kg, or single pieces"),
    ("unit", "Boxes", "a packing unit does not say how much it holds; want kg, or single pieces"),
    ("harvested_at", "2026-11-20", "want the time of day too"),
    ("harvested_at", "20.11.2026 6:30", "want year, month, day"),
    ("harvested_at", "2026-02-30 06:30", "there is no such day or time"),
    ("harvested_at", "2026-11-20 25:30", "there is no such day or time"),
    ("harvested_at", "2026-11-22 08:01", "this lies in the future"),
    ("part", "三号 棚", "want at most 20 letters, digits or -"),
    ("product", "x" * 201, "at most 200 characters"),
    ("product", "电话 13800138000", "no telephone or identity card numbers"),
    ("harvested_at", "", "nothing stands here, and it is needed"),
]


@pytest.mark.parametrize(("column", "text", "says"), WRONG, ids=str)
def test_a_wrong_cell_is_named_with_what_stands_in_it(column, text, says):
    name = kind("harvest").columns[[each.name for each in kind("harvest").columns].index(column)]

    [fault] = faults("harvest", a_row("harvest", **{column: text}))

    assert fault.startswith("row 2, column ")
    assert f"({name.headings['zh']}): found {text!r:.60}" in fault
    assert says in fault


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("parent", "95212340000000013", "a leading zero got lost: want 095212340000000013"),
        ("parent", "095212340000000014", "it would have to be 3"),
        ("serial", "1.2E+15", "lost digits"),
    ],
)
def test_a_pallet_that_lost_its_zero_is_told_which_one(column, text, says):
    changed = {"lot": "", "amount": "", "unit": ""} if column == "serial" else {}

    [fault] = faults("packing", a_row("packing", **{**changed, column: text}))

    assert says in fault


def test_all_wrong_cells_are_told_at_once():
    rows = [a_row("harvest", amount="x", unit="x"), a_row("harvest", lot="", place="x")]

    assert [each.split(":")[0] for each in faults("harvest", *rows)] == [
        "row 2, column C (数量)",
        "row 2, column D (单位)",
        "row 3, column B (批次号)",
        "row 3, column F (地点)",
    ]


def test_faults_stand_in_the_order_of_rows_and_columns():
    assert sorted([Fault(10, 0, "", "", ""), Fault(2, 5, "", "", ""), Fault(2, -1, "", "", "")]) == [
        Fault(2, -1, "", "", ""),
        Fault(2, 5, "", "", ""),
        Fault(10, 0, "", "", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20 6:30",
        "2026/11/20 06:30:00",
        "2026年11月20日6时30分",
        "2026.11.20 06：30",
        "2026-11-20T06:30:00.000",
    ],
)
def test_a_time_is_read_however_a_clerk_writes_it(text):
    [body] = bodies("harvest", a_row("harvest", harvested_at=text))

    assert body["eventTime"] == "2026-11-20T06:30:00.000+08:00"


@pytest.mark.parametrize(("offset", "kept"), [("Z", "+00:00"), ("+0900", "+09:00"), ("-05:00", "-05:00")])
def test_a_time_with_its_zone_keeps_it(offset, kept):
    made = planned("harvest", a_csv("harvest", a_row("harvest", harvested_at=f"2026-11-20 06:30 {offset}")))

    assert made.events[0].body["eventTimeZoneOffset"] == kept
    assert made.assumed_zone == 0


def test_how_many_times_named_no_zone_is_counted():
    assert (
        planned("harvest", a_csv("harvest", a_row("harvest"), a_row("harvest", lot="HY2"))).assumed_zone == 2
    )


@pytest.mark.parametrize("word", sorted(words().units))
def test_every_unit_that_is_known_makes_a_sound_event(word):
    assert len(bodies("harvest", a_row("harvest", unit=word))) == 1


def test_full_width_characters_are_read_as_plain_ones():
    [plain] = bodies("harvest", a_row("harvest"))
    [wide] = bodies("harvest", a_row("harvest", lot="ＨＹ１", amount="２８．８", unit="ＫＧ"))

    assert plain == wide


def an_xlsx(**changed):
    book = openpyxl.Workbook()
    columns = kind("harvest").columns
    row = a_row("harvest", **changed)
    book.active.append([column.headings["en"] for column in columns])
    book.active.append([row.get(column.name) for column in columns])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_numbers_of_a_spreadsheet_are_read_as_it_shows_them():
    made = planned("harvest", an_xlsx(gtin=9521234000020, place=int(PARTY), amount=0.1 + 0.2, lot=261120))

    assert made.faults == ()
    assert made.unsure_numbers == 1
    assert made.events[0].body["quantityList"] == [
        {"epcClass": "https://id.gs1.org/01/09521234000020/10/261120", "quantity": 0.3, "uom": "KGM"}
    ]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"amount": "=C3+1"}, "a formula without its result"),
        ({"amount": "#N/A"}, "an error of the spreadsheet program"),
        ({"lot": 95212340000000013}, "made a number of it and lost digits"),
        ({"harvested_at": NOW.date()}, "want the time of day too"),
    ],
)
def test_what_a_spreadsheet_made_of_a_cell_is_told(changed, says):
    [fault] = planned("harvest", an_xlsx(**changed)).faults

    assert says in str(fault)


def a_raw_xlsx(**numbers):
    """As a program writes it that keeps all seventeen digits of a number."""
    row = a_row("harvest")
    columns = kind("harvest").columns
    heads = "".join(f'<c t="inlineStr"><is><t>{column.headings["en"]}</t></is></c>' for column in columns)
    cells = "".join(
        f"<c><v>{numbers[each.name]}</v></c>"
        if each.name in numbers
        else f'<c t="inlineStr"><is><t>{row.get(each.name, "")}</t></is></c>'
        for each in columns
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("xl/worksheets/sheet1.xml", f"<s><row>{heads}</row><row>{cells}</row></s>")
    return file.getvalue()


def test_an_amount_has_the_digits_that_a_spreadsheet_shows():
    [event] = planned("harvest", a_raw_xlsx(amount="0.30000000000000004")).events

    assert event.body["quantityList"][0]["quantity"] == 0.3


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_no_lot():
    [fault] = planned("harvest", a_raw_xlsx(lot="95212340000000013")).faults

    assert "made a number of it and lost digits" in str(fault)


@given(st.text(max_size=30), st.sampled_from([*SOUND["harvest"]]))
def test_no_text_at_all_breaks_a_cell(text, column):
    made = planned("harvest", a_csv("harvest", a_row("harvest", **{column: text})))

    assert made.events == () or len(made.events) == 1
    assert bool(made.faults) != bool(made.events)
