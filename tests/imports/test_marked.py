"""Whoever must correct a sheet gets it back with the wrong cells marked, and can send that copy."""

import csv
import io

import openpyxl

from tests.imports.sheets import a_csv, a_row, planned
from traceability.imports.marked import faults_csv, marked_xlsx

RED = "FFF4B6B6"
ROWS = [a_row("harvest", amount="=1+1", unit="x"), a_row("harvest", lot="HY2", gtin="")]


def marked(*rows):
    made = planned("harvest", a_csv("harvest", *rows))
    return openpyxl.load_workbook(io.BytesIO(marked_xlsx(made))).active


def test_exactly_the_wrong_cells_are_red_and_say_what_to_do():
    sheet = marked(*ROWS)

    red = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED}
    assert red == {"C2", "D2", "A3"}
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == red
    assert "want a number such as 1234.5" in sheet["C2"].comment.text
    assert sheet["C2"].value == "'=1+1"


def test_what_is_wrong_with_a_whole_row_stands_at_its_first_cell():
    assert "says the same as row 2" in marked(a_row("harvest"), a_row("harvest"))["A3"].comment.text


def test_a_copy_that_was_corrected_can_be_sent():
    made = planned("harvest", a_csv("harvest", *ROWS))
    book = openpyxl.load_workbook(io.BytesIO(marked_xlsx(made)))
    book.active["C2"], book.active["D2"], book.active["A3"] = "28.8", "kg", "09521234000020"
    file = io.BytesIO()
    book.save(file)

    again = planned("harvest", file.getvalue())

    sound = [a_row("harvest"), a_row("harvest", lot="HY2")]
    assert again.faults == ()
    assert again.document == planned("harvest", a_csv("harvest", *sound)).document


def test_faults_are_listed_in_a_table_that_computes_nothing():
    made = planned("harvest", a_csv("harvest", *ROWS))

    table = list(csv.reader(io.StringIO(faults_csv(made, "=x.csv").decode("utf-8-sig"), newline="")))

    assert [row[2] for row in table] == ["Cell", "C2", "D2", "A3"]
    assert table[1][:2] + table[1][3:6] == ["'=x.csv", "", "2", "数量", "'=1+1"]


def test_a_column_that_is_missing_is_told_in_the_first_row():
    made = planned("harvest", "批号,数量\nx,1\n".encode())

    assert (
        "found no column for"
        in openpyxl.load_workbook(io.BytesIO(marked_xlsx(made))).active["A1"].comment.text
    )
