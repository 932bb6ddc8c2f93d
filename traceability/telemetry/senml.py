"""SenML (RFC 8428) in JSON: payload bytes to a message, strictly."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from traceability.errors import InvalidInput
from traceability.telemetry.clock import YEAR_10000_MS
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.reading import MAX_NUMBER

MAX_PAYLOAD_BYTES = 64 * 1024
MAX_RECORDS = 1_000
MAX_VALUE = 1e9
"""No metric comes near it; with any factor of the table, events can still write it without an exponent."""

_RELATIVE_BELOW_S = 2**28
_VERSION = 10
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]{0,99}")
_TEXT_LABELS = frozenset({"bn", "bu", "n", "u", "vs", "vd"})
_NUMBER_LABELS = frozenset({"bt", "bv", "bs", "bver", "v", "s", "t", "ut"})
_VALUE_LABELS = ("v", "vs", "vb", "vd", "s")


@dataclass(frozen=True, slots=True)
class Measurement:
    metric: str
    unit: str | None
    value: float | bool
    taken_at_ms: int
    """By the device's clock."""


@dataclass(frozen=True, slots=True)
class Message:
    epoch: int
    sequence: int
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A record after its base values were applied (RFC 8428, section 4.6)."""

    name: str
    unit: str | None
    value: float | bool
    time_s: float


def decode(payload: bytes, alias: str) -> Message:
    """The message in a plain payload of the device `alias`, by the profile in docs/formats.md.

    Raises `InvalidInput`.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise InvalidInput(f"payload has {len(payload)} bytes, want at most {MAX_PAYLOAD_BYTES}")
    return _message(_resolve(_from_json(payload)), alias)


def _from_json(payload: bytes) -> list[Any]:
    try:
        pack = json.loads(payload.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"payload is not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(f"payload is not JSON: {error.msg} at character {error.pos}") from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of thousands of digits
        raise InvalidInput("payload is JSON that no SenML encoder writes") from error
    if not isinstance(pack, list):
        raise InvalidInput(f"payload is a JSON {type(pack).__name__}, want an array of SenML records")
    return pack


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise InvalidInput("a SenML record has the same label twice")
    return record


def _no_constant(text: str) -> float:
    raise InvalidInput(f"payload holds {text}, want finite numbers")


def _resolve(pack: list[Any]) -> Iterable[_Resolved]:
    if not 1 <= len(pack) <= MAX_RECORDS:
        raise InvalidInput(f"payload has {len(pack)} records, want 1 to {MAX_RECORDS}")
    base: dict[str, Any] = {}
    for position, record in enumerate(pack):
        _check_labels(record, position)
        base |= {label: value for label, value in record.items() if label in ("bn", "bt", "bu", "bv", "bver")}
        if base.get("bver", _VERSION) != _VERSION:
            raise InvalidInput(f"record {position} is SenML version {base['bver']}, want {_VERSION}")
        yield _Resolved(
            name=base.get("bn", "") + record.get("n", ""),
            unit=record.get("u", base.get("bu")),
            value=_value(record, base.get("bv", 0), position),
            time_s=base.get("bt", 0) + record.get("t", 0),
        )


def _check_labels(record: object, position: int) -> None:
    if not isinstance(record, dict):
        raise InvalidInput(f"record {position} is a JSON {type(record).__name__}, want an object")
    for label, value in record.items():
        if label.endswith("_"):  # RFC 8428, section 4.4: who does not know it must not go on
            raise InvalidInput(
                f"record {position} has the label {label[:40]!r}, which must be understood and is not"
            )
        if label in _TEXT_LABELS and not isinstance(value, str):
            raise InvalidInput(f"record {position}: {label} is not text")
        if label in _NUMBER_LABELS and not _is_finite_number(value):
            raise InvalidInput(f"record {position}: {label} is not a finite number")
        if label == "vb" and not isinstance(value, bool):
            raise InvalidInput(f"record {position}: vb is not true or false")


def _is_finite_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300 and math.isfinite(value)


def _value(record: Mapping[str, Any], base_value: float, position: int) -> float | bool:
    present = [label for label in _VALUE_LABELS if label in record]
    if len(present) != 1:
        raise InvalidInput(
            f"record {position} has the values {present or 'none'}, want exactly one of v vs vb vd s"
        )
    match present[0]:
        case "vb":
            return bool(record["vb"])
        case "v":
            value = float(base_value + record["v"])
            if abs(value) > max(MAX_VALUE, MAX_NUMBER):
                raise InvalidInput(f"record {position}: value {value} is beyond anything measurable")
            return value
        case label:
            raise InvalidInput(
                f"record {position} has its value in {label}; no metric here is a text, data or sum"
            )


def _message(records: Iterable[_Resolved], alias: str) -> Message:
    numbers: dict[str, int] = {}
    measurements = []
    for record in records:
        name = _local_name(record.name, alias)
        if name not in ("epoch", "seq"):
            measurements.append(_measurement(name, record))
        elif name in numbers:
            raise InvalidInput(f"message has two records named {name}")
        else:
            numbers[name] = _count(name, record)
    for name in ("epoch", "seq"):
        if name not in numbers:
            raise InvalidInput(f"message has no record named {name}")
    if not measurements:
        raise InvalidInput("message measures nothing")
    return Message(numbers["epoch"], numbers["seq"], tuple(measurements))


def _local_name(name: str, alias: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"name {name[:80]!r} is not a SenML name (RFC 8428, section 4.5.1)")
    owner, colon, local = name.rpartition(":")
    if colon and owner != alias:
        raise InvalidInput(f"name {name!r} belongs to {owner!r}, but {alias} sent it")
    return local


def _count(name: str, record: _Resolved) -> int:
    if record.unit != "count":
        raise InvalidInput(f"{name} is in {record.unit!r}, want 'count'")
    least = 1 if name == "seq" else 0
    whole = not isinstance(record.value, bool) and record.value == int(record.value)
    if not whole or not least <= record.value <= MAX_NUMBER:
        raise InvalidInput(f"{name} is {record.value}, want a whole number from {least} to {MAX_NUMBER}")
    return int(record.value)


def _measurement(name: str, record: _Resolved) -> Measurement:
    metric = METRICS.get(name)
    if metric is None:
        raise InvalidInput(f"metric {name!r} is not in the table of metrics")
    if metric.unit is not None and record.unit != metric.unit:
        raise InvalidInput(f"{name} is in {record.unit!r}, want {metric.unit!r}")
    if isinstance(record.value, bool) != (metric.unit is None):
        raise InvalidInput(
            f"{name} is {record.value}, want {'true or false' if metric.unit is None else 'a number'}"
        )
    if abs(record.value) > MAX_VALUE:
        raise InvalidInput(f"{name} is {record.value}, beyond anything measurable")
    if record.time_s < _RELATIVE_BELOW_S:
        # Relative to its arrival (RFC 8428, 4.5.3): a message sent again would mean another time.
        raise InvalidInput(f"{name} has the relative time {record.time_s}, want seconds since 1970")
    taken_at_ms = math.floor(record.time_s * 1000 + 0.5)
    if taken_at_ms >= YEAR_10000_MS:
        raise InvalidInput(f"{name} has the time {record.time_s}, beyond the year 9999")
    return Measurement(name, metric.unit, record.value, taken_at_ms)
