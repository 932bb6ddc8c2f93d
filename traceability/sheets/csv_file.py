"""Read CSV as programs save it: in UTF-8, or as Chinese Excel does; with commas, semicolons or tabs."""

import csv
import io
import re

from traceability.errors import InvalidInput
from traceability.sheets.cell import Cell, Sheet, check_room

_DELIMITERS = ",;\t"
_QUOTED = re.compile(r'"[^"]*"')


def read(data: bytes, most_cells: int) -> Sheet:
    """Raises `InvalidInput`."""
    text, encoding = _decoded(data)
    rows: list[list[Cell]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True):
            cells += len(row)
            check_room(len(rows) + 1, len(row), cells, most_cells)
            rows.append([Cell(each) for each in row])
    except csv.Error as error:
        raise InvalidInput(f"not CSV: {error}") from error
    return Sheet("", rows, encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    # What Excel calls Unicode text, with its mark.
    tried = ("UTF-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("UTF-8-SIG", "GB18030")
    for encoding in tried:
        try:
            return data.decode(encoding), _plain(encoding)
        except UnicodeDecodeError as error:
            at = error.start
    raise InvalidInput(f"CSV is not {' and not '.join(map(_plain, tried))} at byte {at}")


def _plain(encoding: str) -> str:
    return encoding.removesuffix("-SIG")


def _delimiter(text: str) -> str:
    """Whichever stands most often in the first line, outside of quotes; a comma where none does."""
    head = _QUOTED.sub("", text.partition("\n")[0])
    return max(_DELIMITERS, key=head.count)
