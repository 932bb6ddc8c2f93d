"""What is wrong with one cell of a sheet, or with a row of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from traceability.sheets.cell import column_name


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    row: int
    """As a spreadsheet program counts: the first is 1."""
    column: int
    """From 0; -1 for the row as a whole."""
    heading: str
    found: str
    """Text of the cell, which may be hostile."""
    wants: str
    """What to do about it, with {names} of `values`; pages translate it before they fill them in."""
    values: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def cell(self) -> str:
        """C7; 7 for a whole row."""
        return f"{column_name(self.column) if self.column >= 0 else ''}{self.row}"

    @property
    def todo(self) -> str:
        """What to do about it, in English."""
        return self.wants.format(**self.values)

    def __str__(self) -> str:
        where = f"row {self.row}"
        if self.column >= 0:
            where += f", column {column_name(self.column)} ({self.heading:.40}): found {self.found!r:.60}"
        return f"{where}: {self.todo}"


class Wrong(Exception):
    """A value cannot be what its column holds; `wants` says what can, with {names} of `values`."""

    def __init__(self, wants: str, /, **values: str) -> None:
        super().__init__(wants)
        self.wants = wants
        self.values = values
