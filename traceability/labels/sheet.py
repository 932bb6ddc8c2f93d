"""Labels as PDF: on a roll one a page, on A4 as many as the layout has."""

from collections.abc import Sequence
from importlib.resources import files

from traceability.labels.layout import Layout
from traceability.labels.place import Placed
from traceability.labels.words import PANEL_MM
from traceability.typeset import forget, print_pdf, printing_font

A_FILE = 2_000
"""Labels: what is set at once stays in memory until it is done."""


def to_pdf(labels: Sequence[Placed], layout: Layout, title: str) -> bytes:
    """The same bytes for the same labels, on a machine with the same fonts.

    Raises `InvalidInput` as `printing_font` and `print_pdf` do: no letter is ever printed as a box.
    """
    data = {
        "title": title,
        "font": printing_font(),
        "page": layout.page,
        "size": [layout.width, layout.height],
        "corners": layout.corners(),
        "panel": PANEL_MM,
        "labels": [_drawn(each) for each in labels],
    }
    template = files(__package__).joinpath("sheet.typ").read_bytes()
    made = print_pdf(template, data)
    forget()
    return made


def _drawn(label: Placed) -> dict[str, object]:
    return {
        "left": label.left,
        "top": label.top,
        "module": label.module,
        "modules": label.code.modules,
        "path": label.code.path,
        "panel": label.panel,
        "lines": [[each.text, each.left, each.top, each.size, each.is_fixed] for each in label.lines],
    }
