"""What the devices of a run send: MQTT packets, encoded beforehand and laid into one file a device."""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from traceability.telemetry import topics

EPOCH = 9
DEVICES = tuple(f"cold-{number}" for number in range(1, 9))
WARM_UP = "warm-up"
"""A device of its own shows that a consumer is ready, and uses up no number of the others."""

_CONNECT, _PUBLISH, _SUBSCRIBE = 0x10, 0x32, 0x82
_PASSWORD_USER_CLEAN = 0xC2


@dataclass(frozen=True, slots=True)
class Traffic:
    messages: int
    """Over all devices."""
    readings: int
    """In each message."""
    taken_at_ms: int
    """When the first reading was taken."""


def write_traffic(
    folder: Path, traffic: Traffic, devices: Sequence[str], passwords: Mapping[str, str], first: int = 1
) -> list[Path]:
    """One file a device: it logs in, subscribes to its receipts, and sends its share of `traffic`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for alias in devices:
        file = folder / alias
        with file.open("wb") as out:
            out.write(_log_in(alias, passwords[alias]))
            for number in range(first, first + traffic.messages // len(devices)):
                payload = encode(alias, number, traffic)
                out.write(_publish(topics.readings(alias), number % 65_535 + 1, payload))
        files.append(file)
    return files


def payloads(alias: str, traffic: Traffic, devices: int) -> Iterator[bytes]:
    """What `write_traffic` lets `alias` send."""
    return (encode(alias, number, traffic) for number in range(1, traffic.messages // devices + 1))


def encode(alias: str, number: int, traffic: Traffic) -> bytes:
    """A reading a second, as SenML in JSON."""
    at_s = traffic.taken_at_ms / 1000 + number * traffic.readings
    records: list[dict[str, object]] = [
        {"bn": f"{alias}:", "bt": at_s, "n": "epoch", "u": "count", "v": EPOCH},
        {"n": "seq", "u": "count", "v": number},
    ]
    for second in range(traffic.readings):
        value = 4 + (number + second) % 40 / 16
        record: dict[str, object] = {"n": "air_temperature", "u": "Cel", "v": value}
        records.append(record | {"t": second} if second else record)
    return json.dumps(records, separators=(",", ":")).encode()


def _log_in(alias: str, password: str) -> bytes:
    head = _text("MQTT") + bytes([4, _PASSWORD_USER_CLEAN]) + struct.pack(">H", 0)
    connect = _packet(_CONNECT, head + _text(alias) + _text(alias) + _text(password))
    return connect + _packet(_SUBSCRIBE, struct.pack(">H", 1) + _text(topics.receipts(alias)) + b"\0")


def _publish(topic: str, packet_id: int, payload: bytes) -> bytes:
    return _packet(_PUBLISH, _text(topic) + struct.pack(">H", packet_id) + payload)


def _packet(kind: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while left > 127:
        length.append(left & 127 | 128)
        left >>= 7
    return bytes([kind, *length, left]) + body


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
