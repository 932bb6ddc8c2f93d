"""Where everything on a label stands, in mm from its upper left corner, for whatever draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

from traceability.errors import InvalidInput
from traceability.labels.label import LabelText, grouped
from traceability.labels.layout import LAYOUTS, Layout
from traceability.labels.symbol import QUIET_ZONE, Symbol
from traceability.labels.words import ABOUT_PANEL_MM, FIXED, LEADING, PANEL_MM, POINT_MM, Piece, pieces

_BETWEEN_MM = 0.5
_NARROWEST_MM = 9.0
"""Of words beside a code; narrower ones stand below it."""
_SCRATCH_POINTS = 6.0


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    left: float
    top: float
    size: float
    """Of the letters, in points."""
    is_fixed: bool
    """Whether all letters are as wide, as in codes."""


@dataclass(frozen=True, slots=True)
class Placed:
    code: Symbol
    left: float
    """Of the dark modules."""
    top: float
    module: float
    lines: tuple[Line, ...]
    panel: tuple[float, float] | None
    """Left and top of what the foil covers."""


@dataclass(frozen=True, slots=True)
class _Room:
    """For words."""

    left: float
    top: float
    width: float
    height: float


def place(label: LabelText, code: Symbol, layout: Layout, ascii_only: bool = False) -> Placed:
    """Words that do not fit are left out, the serial last. `ascii_only` leaves out Chinese.

    Raises `InvalidInput` if the layout cannot hold the code, or the panel that `label.scratch` wants.
    """
    module, room = layout.module(code), _room(layout)
    words = pieces(label, room.width, room.height, ascii_only)
    if label.scratch is not None and not any(each.has_panel for each in words):
        raise InvalidInput(
            f"layout {layout.name} has no room for a scratch panel of {PANEL_MM[0]:g} by {PANEL_MM[1]:g} mm: "
            f"take {', '.join(name for name, each in LAYOUTS.items() if _holds_panel(each))}"
        )
    lines, panel = _lines(words, room, label.scratch or "")
    left = (layout.width - layout.code) / 2 if _is_below(layout) else layout.padding
    top = layout.padding if _is_below(layout) else (layout.height - layout.code) / 2
    quiet = QUIET_ZONE * module
    return Placed(code, left + quiet, top + quiet, module, tuple(lines), panel)


def _is_below(layout: Layout) -> bool:
    return layout.width - 2 * layout.padding - layout.code - _BETWEEN_MM < _NARROWEST_MM


def _holds_panel(layout: Layout) -> bool:
    return not _is_below(layout) and _room(layout).width >= PANEL_MM[0]


def _room(layout: Layout) -> _Room:
    width, height = layout.width - 2 * layout.padding, layout.height - 2 * layout.padding
    if _is_below(layout):
        return _Room(layout.padding, layout.padding + layout.code, width, height - layout.code)
    taken = layout.code + _BETWEEN_MM
    return _Room(layout.padding + taken, layout.padding, width - taken, height)


def _lines(
    words: Sequence[Piece], room: _Room, scratch: str
) -> tuple[list[Line], tuple[float, float] | None]:
    """In the middle of the room; and where the panel is, if there is one."""
    top = room.top + (room.height - sum(each.height for each in words)) / 2
    lines, panel = [], None
    for piece in words:
        for number, text in enumerate(piece.lines):
            at = top + number * piece.size * POINT_MM * LEADING
            lines.append(Line(text, room.left, at, piece.size, piece.is_fixed))
        top += piece.height
        if piece.has_panel:
            panel = room.left, top - PANEL_MM[1] - ABOUT_PANEL_MM / 2
            lines.append(_in_panel(scratch, *panel))
    return lines, panel


def _in_panel(scratch: str, left: float, top: float) -> Line:
    text = " ".join(grouped(scratch))
    width, height = len(text) * FIXED * _SCRATCH_POINTS * POINT_MM, _SCRATCH_POINTS * POINT_MM
    return Line(
        text,
        left + (PANEL_MM[0] - width) / 2,
        top + (PANEL_MM[1] - height) / 2,
        _SCRATCH_POINTS,
        is_fixed=True,
    )
