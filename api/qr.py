"""A link as a QR code: one path of an SVG, no smaller than a livestream's encoder lets through."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

import zxingcpp

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


@lru_cache(256)
def qr_code(text: str) -> QrCode:
    """The same for each language in which its page is asked for."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = memoryview(code.to_image(add_quiet_zones=False))  # type: ignore[arg-type]
    rows = cast(list[list[int]], picture.tolist())
    modules = len(rows) + 2 * QUIET_ZONE
    # Whole pixels a module: an encoder blurs what falls between them.
    side = modules * max(SMALLEST_MODULE_PX, SMALLEST_CODE_PX // modules)
    return QrCode(modules, side, "".join(_strokes(rows)))


def _strokes(rows: list[list[int]]) -> Iterator[str]:
    """`rows` are dark where they are 0."""
    at_x, at_y = 0, 0
    for y, row in enumerate(rows, QUIET_ZONE):
        for start, end in _bars([False] * QUIET_ZONE + [not shade for shade in row]):
            yield f"m{start - at_x} {y - at_y}h{end - start}"
            at_x, at_y = end, y


def _bars(row: list[bool]) -> list[tuple[int, int]]:
    """Where runs of dark modules start and end."""
    edges = [x for x in range(len(row) + 1) if (x < len(row) and row[x]) != (x > 0 and row[x - 1])]
    return list(zip(edges[::2], edges[1::2], strict=True))
