"""What a box has to know, as one JSON file: where to forward, as whom, and whose receipts to believe."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from iot_gateway.logins import address
from iot_gateway.tls import check_ca
from traceability.errors import InvalidInput
from traceability.log.note import NoteVerifier
from traceability.telemetry.device import check_alias

_TITLE = "guoji/edge-bundle/v1"
# It stands in quotation marks in what the box's broker is told.
_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True, slots=True)
class Bundle:
    """Secret: whoever has it can send as each of its devices."""

    uplink: str
    """URL of the broker at the centre."""
    ca: str | None
    """Certificate (PEM) of the one authority to believe with TLS; None: those of the machine."""
    gateways: tuple[NoteVerifier, ...]
    passwords: Mapping[str, str] = field(repr=False)
    """Of each device, by alias: at the broker at the centre, and at the one of the box."""

    def __post_init__(self) -> None:
        address(self.uplink, "", "")
        if self.ca is not None:
            check_ca(self.ca)
        if not self.gateways:
            raise InvalidInput("bundle names no key of a gateway, so no receipt could be believed")
        if not self.passwords:
            raise InvalidInput("bundle names no device")
        for alias, password in self.passwords.items():
            check_alias(alias)
            if not _PASSWORD.fullmatch(password):
                raise InvalidInput(f"bundle: password of {alias} is not 16 or more of A-Z, a-z, 0-9, _ and -")


def to_json(bundle: Bundle) -> str:
    held = {
        "format": _TITLE,
        "uplink": bundle.uplink,
        "ca": bundle.ca,
        "gateways": [gateway.vkey for gateway in bundle.gateways],
        "devices": dict(bundle.passwords),
    }
    return json.dumps(held, indent=1) + "\n"


def parse(text: str | bytes) -> Bundle:
    """Raises `InvalidInput`; quotes no password."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):  # it may quote what it read
        raise InvalidInput("bundle is not JSON") from None
    if not isinstance(held, dict) or held.get("format") != _TITLE:
        raise InvalidInput(f"bundle is no JSON object of the format {_TITLE}")
    return Bundle(
        uplink=_text(held, "uplink"),
        ca=None if held.get("ca") is None else _text(held, "ca"),
        gateways=tuple(NoteVerifier.from_vkey(vkey) for vkey in _texts(held, "gateways")),
        passwords=_passwords(held.get("devices")),
    )


def _text(held: Mapping[str, Any], name: str) -> str:
    if not isinstance(held.get(name), str):
        raise InvalidInput(f"bundle: {name} is not text")
    return str(held[name])


def _texts(held: Mapping[str, Any], name: str) -> list[str]:
    texts = held.get(name)
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise InvalidInput(f"bundle: {name} is not a list of texts")
    return texts


def _passwords(devices: object) -> dict[str, str]:
    if not isinstance(devices, dict) or not all(isinstance(each, str) for each in devices.values()):
        raise InvalidInput("bundle: devices is not an object of passwords by alias")
    return devices
