"""What a new device needs to know, shown once: as lines, and as a QR code that its installer scans."""

import json
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

import qrcode

from traceability.cli import own_broker
from traceability.settings import Settings


def login(settings: Settings, alias: str, password: str | None) -> dict[str, str]:
    """Where and as whom the device logs in; without a password if it was shown before."""
    from iot_gateway.certificates import fingerprint, read_certificate
    from iot_gateway.logins import client_id
    from traceability.own_policy import own_gateways
    from traceability.telemetry import topics

    url, ca = own_broker.seen_from_outside(settings)
    shown = {
        "broker": url or "started by `guoji up`, which prints its address",
        "gateway": own_gateways(settings)[-1].vkey,
        "publish": topics.readings(alias),
        "receipts": topics.receipts(alias),
        "user": alias,
    }
    if ca is not None:
        shown |= {CA: ca.read_text(), CA_SHA256: fingerprint(read_certificate(ca))}
    if password is not None:
        shown |= {"password": password, "client id": client_id(alias, password)}
    return shown


CA, CA_SHA256 = "ca", "ca sha256"
ONLY_HERE = "a device on another machine cannot reach that broker: set mqtt_public_url to how devices call it"


def show(credentials: Mapping[str, str]) -> None:
    """Print each by name. A value of several lines stands under its name.

    With the CA certificate the QR code would be too large for most terminals; so it holds its digest alone.
    The broker sends the certificate when a device connects, which compares it.
    """
    if own_broker.is_loopback(urlsplit(credentials.get("broker", "")).hostname or ""):
        print(ONLY_HERE, file=sys.stderr)
    for name, value in credentials.items():
        print(f"{name:9} {value}" if "\n" not in value else f"{name}\n{value.rstrip()}")
    code = qrcode.QRCode(border=2)
    held = {name: value for name, value in credentials.items() if name != CA}
    code.add_data(json.dumps(held, ensure_ascii=False))
    code.print_ascii(out=sys.stdout, invert=True)
