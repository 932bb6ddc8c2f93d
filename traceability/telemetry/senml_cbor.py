"""SenML in CBOR (RFC 8428, section 6): payload bytes to records under the labels of JSON, and back."""

from collections.abc import Iterable, Mapping
from typing import Any

from traceability.errors import InvalidInput
from traceability.telemetry import cbor
from traceability.telemetry.cbor import Tagged

LABELS: Mapping[str, int] = {
    "bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "bs": -6,
    "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "s": 5, "t": 6, "ut": 7, "vd": 8,
}  # fmt: skip
"""The table is conclusive: whatever extends SenML has texts as labels."""

_NAMES: Mapping[object, str] = {number: name for name, number in LABELS.items()}


def records_in_cbor(payload: bytes) -> list[Any]:
    """Raises `InvalidInput` unless it is an array of definite length; records that are no maps pass."""
    pack = cbor.decode(payload)
    if not isinstance(pack, list):
        raise InvalidInput(f"payload is a CBOR {type(pack).__name__}, want an array of SenML records")
    return [_named(record) if isinstance(record, dict) else record for record in pack]


def cbor_of(records: Iterable[Mapping[str, object]]) -> bytes:
    """The payload of `records`, whose labels are those of JSON."""
    return cbor.encode([{LABELS[name]: value for name, value in record.items()} for record in records])


def _named(record: Mapping[object, object]) -> dict[str, object]:
    named: dict[str, object] = {}
    for label, value in record.items():
        name = _NAMES.get(label)
        if name is None:
            name = _extension(label)
        named[name] = _number(value) if type(value) is Tagged else value
    return named


def _extension(label: object) -> str:
    if not isinstance(label, str) or label in LABELS:
        raise InvalidInput(f"a SenML record has the label {str(label)[:40]!r}, which is none in CBOR")
    return label


def _number(tagged: Tagged) -> float:
    """The double next to a decimal fraction, which has the one tag that SenML allows."""
    match tagged:
        case Tagged(4, [exponent, mantissa]) if type(exponent) is int and type(mantissa) is int:
            return float(f"{mantissa}e{exponent}")
    raise InvalidInput(f"CBOR tag {tagged.number} makes no decimal fraction, want no other tag in SenML")
