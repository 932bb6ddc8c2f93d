"""SenML (RFC 8428): payload bytes, in JSON or CBOR, to a numbered message, strictly."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeGuard

from traceability.errors import InvalidInput
from traceability.telemetry.clock import YEAR_10000_MS
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.reading import MAX_NUMBER
from traceability.telemetry.senml_cbor import records_in_cbor
from traceability.telemetry.senml_json import records_in_json

MAX_PAYLOAD_BYTES = 64 * 1024
MAX_RECORDS = 1_000
MAX_ABANDONED = 1_000
"""Numbers that one message may give up."""
MAX_TEXT = 1_000
"""Characters of a label's text."""
MAX_VALUE = 1e9
"""No metric comes near it; with any factor of the table, events can still write it without an exponent."""
CBOR_ARRAYS = frozenset(bytes([initial]) for initial in range(0x80, 0xA0))
"""What SenML in CBOR begins with."""

_NUMBERED = frozenset({"epoch", "seq", "abandoned_first", "abandoned_last"})
_RELATIVE_BELOW_S = 2**28
_VERSION = 10
_TEXT_LABELS = frozenset({"bn", "bu", "n", "u"})
_NUMBER_LABELS = frozenset({"bt", "bv", "bs", "bver", "t", "ut"})
_BASE_LABELS = frozenset({"bn", "bt", "bu", "bv", "bver"})
_VALUE_LABELS = frozenset({"v", "vs", "vb", "vd", "s"})
_NO_NUMBER_LABELS, _NO_BOOLEAN_LABELS = _VALUE_LABELS - {"v"}, _VALUE_LABELS - {"vb"}


class Measurement(NamedTuple):
    metric: str
    unit: str | None
    value: float | bool
    taken_at_ms: int
    """By the device's clock."""


class Message(NamedTuple):
    epoch: int
    sequence: int
    measurements: tuple[Measurement, ...]
    abandoned: range = range(0)
    """Numbers before this one that the device will never send."""


class _Record(NamedTuple):
    """A record after its base values were applied (RFC 8428, section 4.6)."""

    name: str
    unit: str | None
    time_s: float
    base_value: float
    labels: Mapping[str, Any]
    """As they stood there; the values are not judged yet."""


class Pack(NamedTuple):
    """A payload whose number is known, so that it can be answered for whatever its measurements are worth."""

    alias: str
    epoch: int
    sequence: int
    records: tuple[_Record, ...]
    abandoned: tuple[int | None, int | None] = (None, None)
    """The first number and the last; not judged yet."""

    def message(self) -> Message:
        """Raises `InvalidInput` for measurements, or a range, that can never become a reading."""
        measurements = [_measurement(record, self.alias) for record in self.records]
        if not measurements:
            raise InvalidInput("message measures nothing")
        return Message(self.epoch, self.sequence, tuple(measurements), _abandoned(self))


def decode(payload: bytes, alias: str) -> Message:
    """The message in a plain payload of the device `alias`, by the profile in docs/formats.md.

    Raises `InvalidInput`.
    """
    return open_pack(payload, alias).message()


def open_pack(payload: bytes, alias: str) -> Pack:
    """The first half of `decode`. Raises `InvalidInput` if no number can be read."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise InvalidInput(f"payload has {len(payload)} bytes, want at most {MAX_PAYLOAD_BYTES}")
    numbers: dict[str, int] = {}
    records = []
    prefix = f"{alias}:"
    for record in _resolve(_records(payload)):
        name = record.name.removeprefix(prefix)
        if name not in _NUMBERED:
            records.append(record)
        elif name in numbers:
            raise InvalidInput(f"message has two records named {name}")
        else:
            numbers[name] = _count(name, record)
    for name in ("epoch", "seq"):
        if name not in numbers:
            raise InvalidInput(f"message has no record named {name}")
    abandoned = (numbers.get("abandoned_first"), numbers.get("abandoned_last"))
    return Pack(alias, numbers["epoch"], numbers["seq"], tuple(records), abandoned)


def _records(payload: bytes) -> list[Any]:
    # A JSON text cannot begin with these bytes, and no other CBOR is an array.
    return records_in_cbor(payload) if payload[:1] in CBOR_ARRAYS else records_in_json(payload)


def _resolve(pack: list[Any]) -> Iterator[_Record]:
    if not 1 <= len(pack) <= MAX_RECORDS:
        raise InvalidInput(f"payload has {len(pack)} records, want 1 to {MAX_RECORDS}")
    name, unit, time_s, value = "", None, 0, 0
    for position, record in enumerate(pack):
        if not isinstance(record, dict):
            raise InvalidInput(f"record {position} is of type {type(record).__name__}, want a map of labels")
        _check_labels(record, position)
        get = record.get
        if not _BASE_LABELS.isdisjoint(record):
            name, unit, time_s, value = get("bn", name), get("bu", unit), get("bt", time_s), get("bv", value)
            if get("bver", _VERSION) != _VERSION:
                raise InvalidInput(f"record {position} is SenML version {record['bver']}, want {_VERSION}")
        yield _Record(name + get("n", ""), get("u", unit), time_s + get("t", 0), value, record)


def _check_labels(record: Mapping[str, Any], position: int) -> None:
    """Of all but the values, which count only where they are wanted."""
    for label, value in record.items():
        if label in _TEXT_LABELS:
            if not isinstance(value, str):
                raise InvalidInput(f"record {position}: {label} is not text")
            if len(value) > MAX_TEXT:  # a long base name would be copied for every record
                raise InvalidInput(
                    f"record {position}: {label} has {len(value)} characters, want at most {MAX_TEXT}"
                )
        elif label in _NUMBER_LABELS:
            if not _is_finite_number(value):
                raise InvalidInput(f"record {position}: {label} is not a finite number")
        elif label not in _VALUE_LABELS and label.endswith("_"):
            # RFC 8428, section 4.4: who does not know it must not go on
            raise InvalidInput(f"record {position} has the label {label[:40]!r}, which must be understood")


def _is_finite_number(value: object) -> TypeGuard[float]:
    # Far below the largest double, so that sums stay finite too.
    return type(value) in (int, float) and -1e300 < value < 1e300  # type: ignore[operator]


def _count(name: str, record: _Record) -> int:
    if record.unit != "count":
        raise InvalidInput(f"{name} is in {record.unit!r}, want 'count'")
    value = _value(name, record)
    least = 0 if name == "epoch" else 1
    if isinstance(value, bool) or not (least <= value <= MAX_NUMBER and value == int(value)):
        raise InvalidInput(f"{name} is {value}, want a whole number from {least} to {MAX_NUMBER}")
    return int(value)


def _abandoned(pack: Pack) -> range:
    first, last = pack.abandoned
    if first is None and last is None:
        return range(0)
    if first is None or last is None or not first <= last < pack.sequence:
        raise InvalidInput(f"abandons {first} to {last}, want numbers before {pack.sequence}, in order")
    if last - first >= MAX_ABANDONED:
        raise InvalidInput(f"abandons {last - first + 1} numbers, want at most {MAX_ABANDONED}")
    return range(first, last + 1)


def _value(name: str, record: _Record) -> float | bool:
    labels = record.labels
    if _is_finite_number(number := labels.get("v")) and _NO_NUMBER_LABELS.isdisjoint(labels):
        return float(record.base_value + number)
    if isinstance(is_so := labels.get("vb"), bool) and _NO_BOOLEAN_LABELS.isdisjoint(labels):
        return is_so
    # RFC 8428 has texts, data and sums too; no metric of ours is one.
    values = {label: value for label, value in labels.items() if label in _VALUE_LABELS}
    raise InvalidInput(f"{name} has the value {str(values)[:80]}, want one finite v or one vb")


def _measurement(record: _Record, alias: str) -> Measurement:
    name = record.name.removeprefix(f"{alias}:")
    metric = METRICS.get(name)
    if metric is None:
        raise InvalidInput(f"{alias} sent {record.name[:80]!r}, which is not in the table of metrics")
    value = _value(name, record)
    if metric.unit is not None and record.unit != metric.unit:
        raise InvalidInput(f"{name} is in {record.unit!r}, want {metric.unit!r}")
    if isinstance(value, bool) != (metric.unit is None):
        raise InvalidInput(
            f"{name} is {value}, want {'true or false' if metric.unit is None else 'a number'}"
        )
    if abs(value) > MAX_VALUE:
        raise InvalidInput(f"{name} is {value}, beyond anything measurable")
    return Measurement(name, metric.unit, value, _taken_at_ms(name, record.time_s))


def _taken_at_ms(name: str, time_s: float) -> int:
    if time_s < _RELATIVE_BELOW_S:
        # Relative to its arrival (RFC 8428, 4.5.3): a message sent again would mean another time.
        raise InvalidInput(f"{name} has the relative time {time_s}, want seconds since 1970")
    taken_at_ms = math.floor(time_s * 1000 + 0.5)
    if taken_at_ms >= YEAR_10000_MS:
        raise InvalidInput(f"{name} has the time {time_s}, beyond the year 9999")
    return taken_at_ms
