"""Tables of text as CSV or XLSX: the same bytes for the same table, and no cell that a program would run."""

import csv
import io
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime

import xlsxwriter

Table = Sequence[Sequence[str]]
"""The first row holds the headers."""

LONGEST = 2_000
"""Characters of a cell; Excel itself ends at 32,767."""

_STARTS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫")
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (written as it stands; a real time would make each file another)
_HIDDEN = ("Cc", "Cf", "Co", "Cs")


def neutral(text: str) -> str:
    """`text` that spreadsheet programs show and never compute.

    What begins, after spaces, with a sign that begins a formula (full-width and small forms too) gets an
    apostrophe in front. Control characters, tabs and line ends among them, become spaces, and
    so do the two characters that XML cannot hold.
    """
    plain = visible(text)
    return f"'{plain}" if plain.lstrip()[:1] in _STARTS else plain


def visible(text: str) -> str:
    """`text` without characters that steer what shows it, and not longer than `LONGEST`."""
    plain = "".join(" " if _is_hidden(char) else char for char in text)
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN or char in "\ufffe\uffff"


def to_csv(table: Table) -> bytes:
    """UTF-8 with the mark by which Excel knows it, every cell quoted, lines ending as RFC 4180 wants."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([neutral(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(table: Table, numbers: Collection[int] = ()) -> bytes:
    """One sheet that can be sorted and filtered; cells are text, in the columns `numbers` numbers."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet("Events")
    for at, row in enumerate(table):
        for column, cell in enumerate(row):
            if at and cell and column in numbers:
                sheet.write_number(at, column, float(cell))
            elif cell:
                sheet.write_string(at, column, neutral(cell))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table) - 1, 0), max(len(table[0]) - 1, 0))
    book.close()
    return file.getvalue()
