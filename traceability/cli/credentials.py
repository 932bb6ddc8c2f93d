"""What a new device needs to know, shown once: as lines, and as a QR code that its installer scans."""

import json
import sys
from collections.abc import Mapping

import qrcode


def show(credentials: Mapping[str, str]) -> None:
    """Print each by name. A value of several lines stands under its name."""
    for name, value in credentials.items():
        print(f"{name:9} {value}" if "\n" not in value else f"{name}\n{value.rstrip()}")
    code = qrcode.QRCode(border=2)
    code.add_data(json.dumps(credentials, ensure_ascii=False))
    code.print_ascii(out=sys.stdout, invert=True)
