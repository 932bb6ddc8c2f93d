"""Sizes of labels and sheets: where labels lie on the paper, and how much room each has for its code."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from traceability.errors import InvalidInput
from traceability.gs1.quoting import quoted
from traceability.labels.symbol import SMALLEST_MODULE_MM, Symbol

A4 = (210.0, 297.0)
LARGEST_CODE_MM = 21.0
"""A larger one reads no better at arm's length, and leaves less room for words."""

_OWN = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)x(\d{1,3}(?:\.\d{1,2})?)(?:/([1-9]\d?)x([1-9]\d?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Layout:
    """All lengths in mm."""

    name: str
    width: float
    """Of one label."""
    height: float
    padding: float
    """Kept clear along each edge of a label: die cuts wander, and printers reach no edge of a sheet."""
    code: float
    """Room for the code along one side, quiet zone included."""
    columns: int = 1
    rows: int = 1
    gap: float = 0
    """Between columns."""
    paper: tuple[float, float] | None = None
    """Width and height of the sheet; None: of a roll, a label is a page."""

    @property
    def page(self) -> tuple[float, float]:
        return self.paper or (self.width, self.height)

    @property
    def a_page(self) -> int:
        """Labels."""
        return self.columns * self.rows

    def corners(self) -> list[tuple[float, float]]:
        """Of each label of a page, left and top, row by row; the labels lie in the middle of the page."""
        left = (self.page[0] - self.columns * self.width - (self.columns - 1) * self.gap) / 2
        top = (self.page[1] - self.rows * self.height) / 2
        return [
            (left + column * (self.width + self.gap), top + row * self.height)
            for row in range(self.rows)
            for column in range(self.columns)
        ]

    def module(self, code: Symbol) -> float:
        """How large a module is printed. Raises `InvalidInput` where it would be too small to be read."""
        if code.smallest_mm > self.code:
            holding = [each.name for each in LAYOUTS.values() if code.smallest_mm <= each.code]
            raise InvalidInput(
                f"layout {self.name} has {self.code:.1f} mm for a code, want {code.smallest_mm:.1f} mm for "
                f"version {code.version} at {SMALLEST_MODULE_MM} mm a module: {_instead(holding)}"
            )
        return self.code / code.across


LAYOUTS = {
    each.name: each
    for each in (
        Layout("40x30", 40, 30, padding=1.5, code=21),
        Layout("30x20", 30, 20, padding=0.7, code=18.6),
        Layout("25x25", 25, 25, padding=0.7, code=18.6),
        Layout("a4-40", 52.5, 29.7, padding=4.5, code=20.7, columns=4, rows=10, paper=A4),
        Layout("a4-65", 38.1, 21.2, padding=1.5, code=18, columns=5, rows=13, gap=2.5, paper=A4),
    )
}
"""By name: rolls by the size of a label, sheets by the labels of a page."""


def layout(text: str) -> Layout:
    """By name, or of one's own: "50x30" a roll, "70x37/3x8" columns and rows in the middle of A4.

    Raises `InvalidInput` for another text, and for labels that do not fit on their sheet.
    """
    if text in LAYOUTS:
        return LAYOUTS[text]
    own = _OWN.fullmatch(text)
    if own is None:
        raise InvalidInput(
            f"{quoted(text)} is no layout: want {', '.join(LAYOUTS)}, or width and height in mm, as 50x30, "
            "and for A4 columns and rows, as 70x37/3x8"
        )
    width, height = float(own[1]), float(own[2])
    columns, rows = int(own[3] or 1), int(own[4] or 1)
    if own[3] and (width * columns > A4[0] or height * rows > A4[1]):
        raise InvalidInput(
            f"{columns} by {rows} labels of {width:g} by {height:g} mm take {width * columns:g} by "
            f"{height * rows:g} mm, A4 has {A4[0]:g} by {A4[1]:g}"
        )
    padding = 4.5 if own[3] else 1.5
    code = min(width - 2 * padding, height - 2 * padding, LARGEST_CODE_MM)
    if code <= 0:
        raise InvalidInput(f"a label of {width:g} by {height:g} mm has no room for a code")
    return Layout(text, width, height, padding, code, columns, rows, paper=A4 if own[3] else None)


def _instead(names: Iterable[str]) -> str:
    holding = ", ".join(names)
    return f"take {holding}" if holding else "no layout of ours holds it, so give a size of your own"
