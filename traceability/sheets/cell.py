"""What a table holds, as it was read: cells that remember what the spreadsheet program took them for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from traceability.errors import InvalidInput

MOST_BYTES = 64 * 1024 * 1024
"""Of the file, and of what we read of it, unpacked."""
MOST_COLUMNS = 200
MOST_ROWS = 200_000
MOST_CELLS = 4_000_000

CellKind = Literal["text", "number", "date", "formula", "error"]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    """Numbers as the file writes them; dates as 2026-11-20, with a time of day as 2026-11-20T06:30:00.000."""
    kind: CellKind = "text"
    """formula: one whose result the file does not hold; error: a result such as #N/A."""


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    """"" for CSV."""
    rows: Sequence[Sequence[Cell]]
    encoding: str = ""
    """That a CSV file was read in."""


def column_name(index: int) -> str:
    """A for 0, as spreadsheet programs count."""
    high, low = divmod(index, 26)
    return (column_name(high - 1) if high else "") + chr(ord("A") + low)


def check_room(rows: int, columns: int, cells: int, most_cells: int) -> None:
    """Raises `InvalidInput` for a table larger than we take."""
    for count, most, what in ((rows, MOST_ROWS, "rows"), (columns, MOST_COLUMNS, "columns")):
        if count > most:
            raise InvalidInput(f"spreadsheet has {count} {what}, want at most {most}")
    if cells > most_cells:
        raise InvalidInput(f"spreadsheet has more than {most_cells} cells")
