"""Which words stand on a label, in which size: as many as there is room for, the serial before all others."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from traceability.labels.label import LabelText, grouped
from traceability.sheets.write import visible

POINT_MM = 25.4 / 72
LEADING = 1.25
"""Height of a line, in sizes of its letters."""
PANEL_MM = (15.0, 5.0)
"""Width and height of what the scratch foil covers."""
ABOUT_PANEL_MM = 0.5
"""Left free above and below it, together."""
PURPOSE = ("扫码看全程溯源", "Scan for its history")
UNDER_FOIL = ("刮开核对", "Scratch to check")

_WIDE, _NARROW, FIXED = 1.0, 0.62, 0.602
"""Widths of letters, in sizes: Chinese, Latin, and Latin where all are as wide."""
_DEAR = 4
"""Pieces of this weight and above are set small rather than left out."""
_UNITS = "千克|公斤|毫升|克|斤|升|盒|枚|个|粒"
# What stays on one line: a Latin word, an amount with its unit, a bracket with the letter beside it.
_WORD = re.compile(rf"[（《「]*(?:[0-9.]+ ?(?:{_UNITS})|[!-~]+|.)[）》」，。、；：]* ?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that are printed together or, where there is no room, not at all."""

    weight: int
    """The least goes first."""
    lines: tuple[str, ...]
    size: float
    """Of the letters, in points."""
    is_fixed: bool = False
    """Whether all letters are as wide, as in codes."""
    has_panel: bool = False
    """Whether the scratch panel stands below."""
    is_cut: bool = False

    @property
    def height(self) -> float:
        lines = len(self.lines) * self.size * POINT_MM * LEADING
        return lines + (PANEL_MM[1] + ABOUT_PANEL_MM if self.has_panel else 0)


def pieces(label: LabelText, width: float, height: float, ascii_only: bool) -> list[Piece]:
    """From top to bottom, for a room of `width` and `height` mm. `ascii_only` leaves out Chinese."""
    wanted = list(_wanted(label, width, ascii_only, small=False))
    fitting = _fitting(wanted, height)
    if any(each.weight >= _DEAR and each not in fitting for each in wanted):
        return _fitting(list(_wanted(label, width, ascii_only, small=True)), height)
    return fitting


def _wanted(label: LabelText, width: float, ascii_only: bool, small: bool) -> Iterator[Piece]:
    def fitted(weight: int, text: str, sizes: tuple[float, ...]) -> Piece:
        return _fitted(weight, text, width, sizes[-1:] if small else sizes)

    chinese, english = (visible(name).strip() for name in label.name)
    if chinese and not (ascii_only and not chinese.isascii()):
        yield fitted(5, chinese, (8, 7, 6, 5))
    if english and not (ascii_only and not english.isascii()):
        yield fitted(2, english, (6, 5))
    yield fitted(4, f"Lot {label.lot}" if ascii_only else f"批次 Lot {label.lot}", (5.5, 5, 4.5))
    yield _serial(label.serial, width)
    purposes = [] if ascii_only else [fitted(3, PURPOSE[0], (5.5, 5))]
    purposes.append(fitted(1, PURPOSE[1], (5, 4.5)))
    yield from (each for each in purposes if not each.is_cut)
    if label.scratch is not None and width >= PANEL_MM[0]:
        yield Piece(6, (UNDER_FOIL[ascii_only],), 5, has_panel=True)


def _serial(serial: str, width: float) -> Piece:
    groups = grouped(serial)
    for size, a_line in ((6, 4), (5.5, 4), (5, 4), (6, 2), (5.5, 2), (5, 2), (4.5, 2)):
        lines = [" ".join(groups[at : at + a_line]) for at in range(0, len(groups), a_line)]
        if max(map(len, lines)) * FIXED * size * POINT_MM <= width:
            return Piece(7, tuple(lines), size, is_fixed=True)
    return Piece(7, tuple(groups), 4.5, is_fixed=True)


def _fitted(weight: int, text: str, width: float, sizes: tuple[float, ...]) -> Piece:
    """In the largest of `sizes` that takes at most two lines, of whole words if one does; else cut."""
    rooms = {size: width / (size * POINT_MM) for size in sizes}
    fitting = {size: lines for size, room in rooms.items() if len(lines := wrapped(text, room)) <= 2}
    whole = [size for size in fitting if _is_whole(text, rooms[size])]
    if fitting:
        size = max(whole or fitting)
        return Piece(weight, tuple(fitting[size]), size)
    lines = wrapped(text, rooms[sizes[-1]])
    return Piece(weight, (lines[0], lines[1][:-1] + "…"), sizes[-1], is_cut=True)


def _is_whole(text: str, width: float) -> bool:
    return all(_width(word.rstrip()) <= width for word in _WORD.findall(text))


def wrapped(text: str, width: float) -> list[str]:
    """Lines at most `width` letter sizes wide; a word that is wider than a line is broken."""
    lines = [""]
    for word in _WORD.findall(text):
        for part in [word] if _width(word.rstrip()) <= width else list(word):
            if _width((lines[-1] + part).rstrip()) > width and lines[-1]:
                lines.append("")
            lines[-1] += part
    return [line.strip() for line in lines]


def _width(text: str) -> float:
    return sum(_WIDE if unicodedata.east_asian_width(letter) in "WF" else _NARROW for letter in text)


def _fitting(wanted: list[Piece], height: float) -> list[Piece]:
    """In their order, without the lightest, until they fit."""
    left = list(wanted)
    while left and sum(each.height for each in left) > height:
        left.remove(min(left, key=lambda each: each.weight))
    return left
