"""A link as a QR code: one path of an SVG, no smaller than a livestream's encoder lets through."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE = 4
"""Modules of white around it (ISO/IEC 18004)."""
SMALLEST_MODULE_PX = 8
SMALLEST_CODE_PX = 344


@dataclass(frozen=True, slots=True)
class QrCode:
    modules: int
    """Along one side, quiet zone included."""
    side_px: int
    strokes: str
    """Lines of one module's width, from half a module below the top, in units of a module."""


EMPTY = QrCode(1, SMALLEST_CODE_PX, "")
"""A place that a script fills."""


def scan_url(public_url: str, subject: str) -> str:
    """What the code of `subject` says: scheme and host in upper case, which makes the code smaller."""
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}".upper() + parts.path + urlsplit(subject).path


def qr_code(text: str) -> QrCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    rows = code.get_matrix()
    # Whole pixels a module: an encoder blurs what falls between them.
    side = len(rows) * max(SMALLEST_MODULE_PX, SMALLEST_CODE_PX // len(rows))
    return QrCode(len(rows), side, "".join(_strokes(rows)))


def _strokes(rows: list[list[bool]]) -> Iterator[str]:
    at_x, at_y = 0, 0
    for y, row in enumerate(rows):
        for start, end in _bars(row):
            yield f"m{start - at_x} {y - at_y}h{end - start}"
            at_x, at_y = end, y


def _bars(row: list[bool]) -> list[tuple[int, int]]:
    """Where runs of dark modules start and end."""
    edges = [x for x in range(len(row) + 1) if (x < len(row) and row[x]) != (x > 0 and row[x - 1])]
    return list(zip(edges[::2], edges[1::2], strict=True))
