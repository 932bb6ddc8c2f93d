"""Labels as ZPL, for thermal printers: the printer itself draws code and letters, in whole dots."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from traceability.errors import InvalidInput
from traceability.gs1.quoting import quoted
from traceability.labels.label import LabelText
from traceability.labels.layout import Layout
from traceability.labels.place import Line, Placed, place
from traceability.labels.symbol import ALPHANUMERIC, SMALLEST_MODULE_MM, Symbol, symbol
from traceability.labels.words import PANEL_MM, POINT_MM

_SUNK_DOTS = 10
"""Printers draw a code lower than they are told, by the height of bar codes: that is set, and undone."""
_FONT = re.compile(r"[A-Z]:[A-Z0-9_]{1,16}\.(TTF|TTE|FNT)", re.ASCII)
_ESCAPED = frozenset("^~_\\")


@dataclass(frozen=True, slots=True)
class Printer:
    dots_per_inch: int
    font: str | None = None
    """Name of a font with Chinese letters in the printer, such as "E:SIMSUN.TTF"; None: print no Chinese."""

    def __post_init__(self) -> None:
        if self.font is not None and not _FONT.fullmatch(self.font):
            raise InvalidInput(f"{quoted(self.font)} is no font of a printer: want one like E:SIMSUN.TTF")

    def dots(self, mm: float) -> int:
        return round(mm * self.dots_per_inch / 25.4)

    def magnification(self, code: Symbol, layout: Layout) -> int:
        """Dots of a module. Raises `InvalidInput` where whole dots make the code too small or too large."""
        fit = int(layout.code * self.dots_per_inch / 25.4 / code.across)
        least = -int(-SMALLEST_MODULE_MM * self.dots_per_inch // 25.4)
        if fit < least:
            raise InvalidInput(
                f"at {self.dots_per_inch} dpi a code of version {code.version} takes "
                f"{least * code.across * 25.4 / self.dots_per_inch:.1f} mm in whole dots, "
                f"layout {layout.name} has {layout.code:.1f} mm: take a larger label, or a finer printer"
            )
        return fit


def to_zpl(labels: Iterable[LabelText], layout: Layout, printer: Printer) -> Iterator[str]:
    """One format a label. Raises `InvalidInput` for a sheet, which no such printer takes."""
    if layout.paper is not None:
        raise InvalidInput(f"layout {layout.name} is a sheet, and ZPL is for rolls: want one like 40x30")
    for label in labels:
        code = as_printed(label.uri)
        yield _format(place(label, code, layout, ascii_only=printer.font is None), label.uri, layout, printer)


def as_printed(uri: str) -> Symbol:
    """How large a printer draws it: it takes digits for letters, which is never smaller than what we draw."""
    return _of_length(len(uri), ALPHANUMERIC.issuperset(uri))


@lru_cache
def _of_length(length: int, is_capital: bool) -> Symbol:
    return symbol(("A" if is_capital else "a") * length)


def _format(placed: Placed, uri: str, layout: Layout, printer: Printer) -> str:
    dot = printer.magnification(placed.code, layout)
    half = placed.code.modules / 2
    left = printer.dots(placed.left + half * placed.module) - int(half * dot)
    top = printer.dots(placed.top + half * placed.module) - int(half * dot) - _SUNK_DOTS
    lines = [
        "^XA",
        "^CI28",
        f"^PW{printer.dots(layout.width)}^LL{printer.dots(layout.height)}^LH0,0",
        f"^BY2,3,{_SUNK_DOTS}^FO{left},{top}^BQN,2,{dot},M,7{_field(_mode(uri) + uri)}",
        *(_words(each, printer) for each in placed.lines),
    ]
    if placed.panel is not None:
        x, y = map(printer.dots, placed.panel)
        lines.append(f"^FO{x},{y}^GB{printer.dots(PANEL_MM[0])},{printer.dots(PANEL_MM[1])},2^FS")
    return "\n".join([*lines, "^XZ", ""])


def _mode(uri: str) -> str:
    """Error correction M; capitals said to be such, for the smallest code; else as the printer sees fit."""
    return "MM,A" if ALPHANUMERIC.issuperset(uri) else "MA,"


def _words(line: Line, printer: Printer) -> str:
    size = printer.dots(line.size * POINT_MM)
    text = line.text if printer.font is not None else line.text.replace("…", ".")
    font = f"^A0N,{size},{size}" if text.isascii() else f"^A@N,{size},{size},{printer.font}"
    return f"^FO{printer.dots(line.left)},{printer.dots(line.top)}{font}{_field(text)}"


def _field(text: str) -> str:
    """A field that holds `text` and no command, whatever it says."""
    return f"^FH_^FD{''.join(f'_{ord(each):02X}' if each in _ESCAPED else each for each in text)}^FS"
