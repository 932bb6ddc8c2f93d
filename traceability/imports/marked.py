"""What is wrong with a sheet, for whoever corrects it: a table of faults, or a copy with cells marked."""

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

from traceability.imports.fault import Fault
from traceability.imports.plan import Plan
from traceability.sheets.write import neutral, to_csv

MOST_COMMENTS = 10_000
"""Cells beyond are marked, without words: programs become slow."""
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (a real time would make each file another)
_HEADERS = ("File", "Sheet", "Cell", "Row", "Column", "Found", "What to do")


def faults_csv(planned: Plan, file: str) -> bytes:
    """A row for each fault, in UTF-8 with the mark that Excel looks for."""
    rows = [
        (file, planned.sheet.name, each.cell, str(each.row), each.heading, each.found, each.todo)
        for each in planned.faults
    ]
    return to_csv([_HEADERS, *rows])


def marked_xlsx(planned: Plan) -> bytes:
    """The sheet as it was read, wrong cells in red and with a comment; corrected, it can be sent as it is."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet()
    # What is typed over a wrong number must stay as it is typed.
    plain, wrong = (book.add_format({"num_format": "@", **more}) for more in ({}, {"bg_color": "#F4B6B6"}))
    at_fault = _by_cell(planned.faults)
    for at, row in enumerate(planned.sheet.rows):
        for column, cell in enumerate(row):
            # As text: a program that saves the copy rounds no identifier.
            sheet.write_string(at, column, neutral(cell.text), wrong if (at, column) in at_fault else plain)
    for number, (place, texts) in enumerate(sorted(at_fault.items())):
        if place[1] >= len(planned.sheet.rows[place[0]]):
            sheet.write_blank(*place, None, wrong)
        if number < MOST_COMMENTS:
            sheet.write_comment(*place, neutral("; ".join(texts)), {"x_scale": 2})
    book.close()
    return file.getvalue()


def _by_cell(faults: Sequence[Fault]) -> dict[tuple[int, int], list[str]]:
    """By row and column from 0; what is wrong with a whole row stands at its first cell."""
    found: dict[tuple[int, int], list[str]] = {}
    for each in faults:
        found.setdefault((each.row - 1, max(each.column, 0)), []).append(each.todo)
    return found
