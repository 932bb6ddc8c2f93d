"""Labels as a table, for a print shop with a layout of its own."""

from collections.abc import Iterable

from traceability.labels.label import LabelText
from traceability.sheets.write import to_csv

HEADERS = ("number", "uri", "serial", "gtin", "lot", "scratch")


def to_table(labels: Iterable[LabelText]) -> bytes:
    """CSV of text cells that no spreadsheet computes."""
    rows = [
        [str(each.number), each.uri, each.serial, each.gtin, each.lot, each.scratch or ""] for each in labels
    ]
    return to_csv([list(HEADERS), *rows])
