"""Hold a FSMA 204 spreadsheet to the Key Data Elements that each of its events must have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from traceability.errors import InvalidInput
from traceability.exports.kde import HEADERS, WANTED, Cte, Row, cells
from traceability.sheets.cell import column_name


@dataclass(frozen=True, slots=True)
class Missing:
    row: int
    """As a spreadsheet program counts: the headers are row 1."""
    column: str
    """Letter and header."""
    cte: str
    clause: str
    """Of 21 CFR."""

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: missing for {self.cte} (21 CFR {self.clause})"


def table(rows: Sequence[Row]) -> list[list[str]]:
    return [list(HEADERS.values()), *(cells(row) for row in rows)]


def missing(found: Sequence[Sequence[str]]) -> Iterator[Missing]:
    """Each missing element of a table, row by row; other columns and empty rows are passed over.

    Raises `InvalidInput` for a table without one of the columns that hold Key Data Elements.
    """
    columns = _columns(found[0] if found else [])
    for number, row in enumerate(found[1:], start=2):
        held = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        if any(cell.strip() for cell in row):
            for name, clause in _wanted(number, held["cte"]).items():
                if not held[name]:
                    column = f"{column_name(columns[name])} ({HEADERS[name]})"
                    yield Missing(number, column, held["cte"], clause)


def _columns(headers: Sequence[str]) -> dict[str, int]:
    wanted = {"cte", *(name for elements in WANTED.values() for name in elements)}
    at = {header.strip(): index for index, header in reversed(list(enumerate(headers)))}
    absent = [HEADERS[name] for name in HEADERS if name in wanted and HEADERS[name] not in at]
    if absent:
        raise InvalidInput(f"spreadsheet has no column {', '.join(absent)}")
    return {name: at[HEADERS[name]] for name in HEADERS if name in wanted}


def _wanted(row: int, cte: str) -> Mapping[str, str]:
    if cte not in set(Cte):
        raise InvalidInput(f"row {row}: {cte[:40]!r} is no event of 21 CFR 1.1310, want {', '.join(Cte)}")
    return WANTED[Cte(cte)]
