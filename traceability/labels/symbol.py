"""A link as a QR code to print: one vector path, and how small it may be."""

import string
from dataclasses import dataclass
from urllib.parse import urlsplit

import zxingcpp

from traceability.errors import InvalidInput

QUIET_ZONE = 4
"""Modules of white on each side (ISO/IEC 18004)."""
SMALLEST_MODULE_MM = 0.396
"""What phones still read well; GS1 wants no less of a QR code with a Digital Link on retail goods."""
ALPHANUMERIC = frozenset(string.ascii_uppercase + string.digits + " $%*+-./:")
"""Characters that take 5.5 bits each; one other in a text makes all of them take 8."""
WANTED_VERSION = 3


@dataclass(frozen=True, slots=True)
class Symbol:
    text: str
    modules: int
    """Along one side, quiet zone not included."""
    path: str
    """SVG path of the dark modules, in units of a module."""

    @property
    def version(self) -> int:
        """1 to 40 (ISO/IEC 18004)."""
        return (self.modules - 17) // 4

    @property
    def across(self) -> int:
        """Modules along one side with the quiet zone."""
        return self.modules + 2 * QUIET_ZONE

    @property
    def smallest_mm(self) -> float:
        """Along one side with the quiet zone."""
        return self.across * SMALLEST_MODULE_MM


def symbol(text: str) -> Symbol:
    """With error correction M: higher levels need more modules, which then are smaller, and read worse.

    Raises `InvalidInput` for a text that no QR code can hold.
    """
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as error:
        raise InvalidInput(f"a link of {len(text)} characters fits into no QR code: {error}") from error
    picture = code.to_svg(add_quiet_zones=False)
    path = picture.partition('<path d="')[2].partition('"')[0]
    return Symbol(text, code.to_image(add_quiet_zones=False).shape[0], path)


def warning(made: Symbol) -> str | None:
    """Why a code is larger than it could be, and by how much; None if it is not."""
    if made.version <= WANTED_VERSION:
        return None
    small = 17 + 4 * WANTED_VERSION + 2 * QUIET_ZONE
    says = (
        f"the code needs version {made.version}, {made.smallest_mm:.1f} mm a side at least; "
        f"version {WANTED_VERSION} would be {small * SMALLEST_MODULE_MM:.1f} mm"
    )
    host = urlsplit(made.text).netloc
    if odd := "".join(sorted(set(made.text) - ALPHANUMERIC)):
        return f"{says}: capital letters alone would make it smaller, and {made.text} has {odd!r}"
    shorter = range(len(host) - 1, 0, -1)
    wanted = next((n for n in shorter if _shorter(made.text, host, n).version <= WANTED_VERSION), None)
    return f"{says}: host {host} has {len(host)} characters, want {wanted}" if wanted else says


def _shorter(text: str, host: str, length: int) -> Symbol:
    return symbol(text.replace(host, "A" * length, 1))
