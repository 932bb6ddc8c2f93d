"""Read a table from CSV or XLSX, as ours or as a spreadsheet program saved it."""

from traceability.errors import InvalidInput
from traceability.sheets import cell, csv_file, xlsx_file
from traceability.sheets.cell import Sheet

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
"""Of OLE: .xls, and .xlsx with a password."""

_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff")


def read_cells(data: bytes, most_cells: int = cell.MOST_CELLS) -> Sheet:
    """The cells of a CSV file, or of the first sheet of an XLSX file that is not hidden.

    Raises `InvalidInput`.
    """
    if len(data) > cell.MOST_BYTES:
        raise InvalidInput(f"spreadsheet has {len(data)} bytes, want at most {cell.MOST_BYTES}")
    if data.startswith(_OLD_EXCEL):
        raise InvalidInput("found an .xls file or one with a password, want .xlsx without password, or .csv")
    if data.startswith(_OTHERS):
        raise InvalidInput("found a PDF or a picture, which is no table, want .xlsx or .csv")
    is_xlsx = data.startswith(b"PK")
    return xlsx_file.read(data, most_cells) if is_xlsx else csv_file.read(data, most_cells)


def read_sheet(data: bytes) -> list[list[str]]:
    """The same as texts alone. Raises `InvalidInput`."""
    return [[each.text for each in row] for row in read_cells(data).rows]
