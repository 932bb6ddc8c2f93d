"""Labels as SVG, for whoever designs labels: a file for each label of a roll or sheet of A4, in one ZIP."""

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from traceability.labels.label import LabelText
from traceability.labels.layout import Layout
from traceability.labels.place import Line, Placed, place
from traceability.labels.symbol import symbol
from traceability.labels.words import PANEL_MM, POINT_MM

_BASELINE = 0.88
"""Below the top of a line, in sizes of its letters."""
_LETTERS = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"
_FIXED_LETTERS = "DejaVu Sans Mono, Consolas, Menlo, monospace"
_MADE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP can say, so that the same labels give the same bytes."""


def to_zip(labels: Iterable[LabelText], layout: Layout) -> bytes:
    """Each file is named by the number of its first label."""
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for page in _pages(labels, layout.a_page):
            placed = [place(each, symbol(each.uri), layout) for each in page]
            entry = ZipInfo(f"{page[0].number:06}.svg", _MADE)
            archive.writestr(entry, to_svg(placed, layout), ZIP_DEFLATED)
    return file.getvalue()


def to_svg(page: Iterable[Placed], layout: Layout) -> str:
    """In mm. Words are text: whatever opens it needs a font with Chinese letters."""
    width, height = layout.page
    drawn = "".join(
        f'<g transform="translate({left:.2f} {top:.2f})">{_label(each)}</g>'
        for (left, top), each in zip(layout.corners(), page, strict=False)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:g} {height:g}"><rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>\n'
    )


def _pages(labels: Iterable[LabelText], a_page: int) -> Iterator[list[LabelText]]:
    rest = iter(labels)
    while page := list(islice(rest, a_page)):
        yield page


def _label(placed: Placed) -> str:
    code = (
        f'<path transform="translate({placed.left:.3f} {placed.top:.3f}) scale({placed.module:.4f})" '
        f'd="{placed.code.path}"/>'
    )
    panel = ""
    if placed.panel is not None:
        panel = (
            f'<rect x="{placed.panel[0]:.2f}" y="{placed.panel[1]:.2f}" width="{PANEL_MM[0]:g}" '
            f'height="{PANEL_MM[1]:g}" fill="none" stroke="#000" stroke-width=".2" stroke-dasharray="1 1"/>'
        )
    return code + panel + "".join(map(_words, placed.lines))


def _words(line: Line) -> str:
    size = line.size * POINT_MM
    letters = _FIXED_LETTERS if line.is_fixed else _LETTERS
    return (
        f'<text x="{line.left:.2f}" y="{line.top + _BASELINE * size:.2f}" font-size="{size:.3f}" '
        f'font-family="{letters}">{escape(line.text)}</text>'
    )
