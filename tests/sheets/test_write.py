"""A spreadsheet of ours computes nothing, is the same each time, and reads alike in foreign programs."""

import csv
import io
import locale
import os
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.sheets.read import read_sheet
from traceability.sheets.write import LONGEST, neutral, to_csv, to_xlsx

TABLE = [["名称", "数量"], ["草莓", "28.8"], ["=1+1", ""], ["", "2"]]
ROOT = Path(__file__).parents[2]
WRITE = """
import sys
from traceability.sheets.write import to_csv, to_xlsx
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
