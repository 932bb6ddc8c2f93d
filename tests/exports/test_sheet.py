"""A spreadsheet of ours computes nothing, is the same each time, and reads alike in foreign programs."""

import csv
import io
import locale
import os
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.exports import read_sheet as read_sheet_module
from traceability.exports.check import missing
from traceability.exports.kde import HEADERS, WANTED, Cte
from traceability.exports.read_sheet import column_name, read_sheet
from traceability.exports.sheet import LONGEST, neutral, to_csv, to_xlsx

TABLE = [["名称", "数量"], ["草莓", "28.8"], ["=1+1", ""], ["", "2"]]
ROOT = Path(__file__).parents[2]
WRITE = """
import sys
from traceability.exports.sheet import to_csv, to_xlsx
table = [["名称", "n"], ["草莓", "28.8"]]
sys.stdout.buffer.write(to_xlsx(table, [1]) + to_csv(table))
"""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
tables = st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=6)


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠﹦﹢﹣﹫"))
@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "\u200b", "\u3000"])
def test_a_cell_that_could_begin_a_formula_begins_with_an_apostrophe(sign, before):
    assert neutral(f"{before}{sign}cmd|' /C calc'!A0").startswith("'")


@pytest.mark.parametrize("harmless", ["", "草莓", "28.8", "a=b", "'=x", "2026-11-20T06:30:00+08:00"])
def test_another_cell_stays_as_it_is(harmless):
    assert neutral(harmless) == harmless


def test_control_and_direction_characters_become_spaces():
    assert neutral("a\tb\r\nc\x1b\u202ed\x00\uffff") == "a b  c  d  "


def test_a_long_text_is_cut_and_says_so():
    assert neutral("长" * 9_000) == "长" * (LONGEST - 1) + "…"


@given(tables)
def test_a_foreign_reader_finds_in_the_csv_what_we_wrote(table):
    found = list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))

    assert found == read_sheet(to_csv(table)) == [[neutral(cell) for cell in row] for row in table]


@given(tables)
def test_a_foreign_reader_finds_in_the_xlsx_text_alone(table):
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(table))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]

    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.value is None for cell in cells if cell.data_type == "n")
    for row, wanted in enumerate(table, start=1):
        assert [sheet.cell(row, at).value or "" for at in (1, 2)] == [neutral(cell) for cell in wanted]


def test_amounts_are_numbers_in_the_xlsx():
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(TABLE, [1]))).active

    assert [sheet.cell(row, 2).value for row in (1, 2, 3, 4)] == ["数量", 28.8, None, 2]
    assert sheet["A3"].value == "'=1+1"


def test_excel_is_told_that_the_csv_is_utf_8():
    assert to_csv(TABLE).startswith(b'\xef\xbb\xbf"')
    assert to_csv(TABLE).endswith(b'"\r\n')


@pytest.mark.parametrize("form", [to_csv, to_xlsx])
def test_the_same_table_gives_the_same_bytes_at_another_time(form, monkeypatch):
    first = form(TABLE)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1e7)

    assert form(TABLE) == first


def test_the_same_table_gives_the_same_bytes_in_another_zone_and_locale():
    locales = [each for each in ("C", "C.UTF-8", "de_DE.UTF-8") if _is_there(each)]
    zones = ("UTC", "Asia/Shanghai", "America/Los_Angeles")
    written = {
        subprocess.run(
            [sys.executable, "-c", WRITE],
            cwd=ROOT,
            env={**os.environ, "TZ": zone, "LC_ALL": name, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed, (zone, name) in enumerate(zip(zones, locales * 3, strict=False))
    }

    assert len(written) == 1


def _is_there(name):
    kept = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_ALL, kept)
    return True


def test_an_xlsx_that_another_program_saved_is_read():
    book = openpyxl.Workbook()
    for row in TABLE[:2]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)

    assert [row[0] for row in read_sheet(file.getvalue())] == [row[0] for row in TABLE[:2]]


def test_rows_and_cells_that_a_program_left_out_are_empty():
    row = '<row r="3"><c r="B3" t="inlineStr"><is><t>x</t></is></c></row>'

    assert read_sheet(an_xlsx(f"<s {NS}>{row}</s>")) == [[], [], ["", "x"]]


def an_xlsx(sheet, strings="<sst/>"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("xl/worksheets/sheet1.xml", sheet)
        parts.writestr("xl/sharedStrings.xml", strings)
    return file.getvalue()


NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b'"a', "not CSV"),
        (b"PK", "not an XLSX"),
        (an_xlsx("<x"), "broken XML"),
        (an_xlsx(f"{BOMB}<x>&b;</x>"), "document type"),
        (an_xlsx(f"{BOMB}<x>&b;</x>".encode("utf-16")), "document type"),
        (an_xlsx(f'<s {NS}><row><c r="ZZZ1"/></row></s>'), "column 18278"),
        (an_xlsx(f'<s {NS}><row r="1048576"/></s>'), "row 1048576"),
        (an_xlsx(f'<s {NS}><row><c t="s"><v>7</v></c></row></s>'), "names text 7"),
        (an_xlsx(f'<s {NS}><row><c t="s"><v>-1</v></c></row></s>'), "names text -1"),
    ],
)
def test_a_hostile_file_is_refused_in_words(data, says):
    with pytest.raises(InvalidInput, match=says):
        read_sheet(data)


@pytest.mark.parametrize(("most", "says"), [(60, "spreadsheet has"), (900, "sheet1.xml has 1016 bytes")])
def test_a_file_too_large_packed_or_unpacked_is_refused(monkeypatch, most, says):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", "<sheet>" + " " * 1_001 + "</sheet>")
    monkeypatch.setattr(read_sheet_module, "MOST_BYTES", most)

    with pytest.raises(InvalidInput, match=says):
        read_sheet(packed.getvalue())


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(data):
    for each in (data, b"PK" + data, an_xlsx(data)):
        with suppress(InvalidInput):
            read_sheet(each)


def test_columns_are_named_as_spreadsheet_programs_do():
    assert [column_name(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def a_full_row(cte):
    return [cte if name == "cte" else "x" for name in HEADERS]


@pytest.mark.parametrize(("cte", "name"), [(cte, name) for cte in Cte for name in WANTED[cte]])
def test_each_element_that_is_blank_is_named_by_row_column_and_clause(cte, name):
    row = a_full_row(cte.value)
    row[list(HEADERS).index(name)] = "  "

    (found,) = missing([list(HEADERS.values()), a_full_row(cte.value), row])

    assert str(found).startswith(f"row 3, column {column_name(list(HEADERS).index(name))} ({HEADERS[name]})")
    assert found.clause == WANTED[cte][name]


def test_rows_shorter_than_the_headers_lack_what_they_do_not_reach():
    assert len(list(missing([list(HEADERS.values()), ["shipping"], [], [""]]))) == len(WANTED[Cte.SHIPPING])


def test_a_sheet_without_a_column_is_refused():
    with pytest.raises(InvalidInput, match=r"no column Traceability Lot Code$"):
        list(missing([[each for each in HEADERS.values() if each != "Traceability Lot Code"]]))


@pytest.mark.parametrize("cte", ["", "eating"])
def test_a_row_of_another_event_is_refused(cte):
    with pytest.raises(InvalidInput, match=r"row 2: '.*' is no event"):
        list(missing([list(HEADERS.values()), a_full_row(cte)]))
