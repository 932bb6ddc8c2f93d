"""A second reader of messages, slow and obvious, after docs/formats.md and RFC 8428."""

import json
import math

import cbor2

from traceability.errors import InvalidInput
from traceability.telemetry import topics
from traceability.telemetry.cbor import Tagged
from traceability.telemetry.cbor import decode as read_cbor
from traceability.telemetry.metrics import METRICS

LABELS = ["bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "s", "t", "ut", "vd"]
IN_CBOR = dict(zip([-2, -3, -4, -5, -6, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8], LABELS, strict=True))
NUMBERS = ("epoch", "seq")


class Refused(Exception):
    """Raised within; what is refused reads as None."""


def read(payload, alias):
    """What an unsigned payload says: (epoch, sequence) and [(metric, unit, value, milliseconds)].

    None instead of what cannot be read: the number may be there without the measurements.
    """
    number = None
    try:
        own = f"{alias}:"
        records = [_full(record) for record in _resolved(_records(payload))]
        named = [(name.removeprefix(own), *rest) for name, *rest in records]
        number = tuple(_whole(name, [each for each in named if each[0] == name]) for name in NUMBERS)
        values = [_measured(*each) for each in named if each[0] not in NUMBERS]
    except Refused:
        return number, None
    return number, values or None


def _records(payload):
    if len(payload) > 65_536:
        raise Refused
    records = _from_cbor(payload) if payload[:1] and 0x80 <= payload[0] <= 0x9F else _from_json(payload)
    if not isinstance(records, list) or not 1 <= len(records) <= 1_000:
        raise Refused
    return records


def _from_json(payload):
    try:
        return json.loads(payload.decode(), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise Refused from None


def _each_once(pairs):
    if len({label for label, _ in pairs}) < len(pairs):
        raise Refused
    return dict(pairs)


def _from_cbor(payload):
    try:
        records = read_cbor(payload)  # held to cbor2 by a test of its own
    except InvalidInput:
        raise Refused from None
    return [_from_cbor_record(record) if isinstance(record, dict) else record for record in records]


def _from_cbor_record(record):
    if any(label not in IN_CBOR and (isinstance(label, int) or label in LABELS) for label in record):
        raise Refused
    return {IN_CBOR.get(label, label): _untagged(value) for label, value in record.items()}


def _untagged(value):
    if not isinstance(value, Tagged):
        return value
    number, content = value
    fraction = isinstance(content, list) and [type(each) for each in content] == [int, int]
    if number != 4 or not fraction:
        raise Refused
    return float(f"{content[1]}e{content[0]}")


def _resolved(records):
    """RFC 8428, section 4.6: each record with the base values that stand then."""
    bases = {"bn": "", "bt": 0, "bu": None, "bv": 0, "bver": 10}
    for record in records:
        if not isinstance(record, dict):
            raise Refused
        for label, value in record.items():
            if label in ("bn", "bu", "n", "u") and not (isinstance(value, str) and len(value) <= 1_000):
                raise Refused
            if label in ("bt", "bv", "bs", "bver", "t", "ut") and not _finite(value):
                raise Refused
            if label not in LABELS and label.endswith("_"):
                raise Refused
        bases |= {label: value for label, value in record.items() if label in bases}
        if bases["bver"] != 10:
            raise Refused
        yield bases | record


def _full(record):
    name, unit = record["bn"] + record.get("n", ""), record.get("u", record["bu"])
    stated = {label: record[label] for label in ("v", "vs", "vb", "vd", "s") if label in record}
    return name, unit, record["bt"] + record.get("t", 0), record["bv"], stated


def _finite(value):
    return type(value) in (int, float) and -1e300 < value < 1e300


def _valued(base, stated):
    match stated:
        case {"v": value, **others} if not others and _finite(value):
            return float(base + value)
        case {"vb": bool(value), **others} if not others:
            return value
    raise Refused


def _whole(name, found):
    if len(found) != 1:
        raise Refused
    _, unit, _, base, stated = found[0]
    value = _valued(base, stated)
    least = 1 if name == "seq" else 0
    if unit != "count" or isinstance(value, bool) or value % 1 or not least <= value <= 10**15:
        raise Refused
    return int(value)


def _measured(name, unit, time_s, base, stated):
    metric, value = METRICS.get(name), _valued(base, stated)
    if metric is None or abs(value) > 1e9 or isinstance(value, bool) != (metric.unit is None):
        raise Refused
    if (metric.unit is not None and unit != metric.unit) or time_s < 2**28:
        raise Refused
    milliseconds = math.floor(time_s * 1000 + 0.5)
    if milliseconds >= 253_402_300_800_000:
        raise Refused
    return name, metric.unit, value, milliseconds


def signed_by(message, keys, alias):
    """The SenML in a COSE_Sign1 message that one of `keys` has signed for `alias`; None if none has."""
    try:
        tagged = cbor2.loads(message)
        protected, unprotected, payload, signature = tagged.value
        header = cbor2.loads(protected) if protected else {}
        kid, also = header.get(4), unprotected.get(4)
        topic = topics.readings(alias).encode()
        signed = cbor2.dumps(["Signature1", protected, topic, payload])
    except Exception:  # noqa: BLE001 - whatever cbor2 makes of it, it is no such message
        return None
    sound = (
        tagged.tag == 18
        and len(protected) <= 256
        and 2 not in header
        and header.get(3, 112) == 112
        and set(unprotected) <= {4}
        and not (4 in header and 4 in unprotected)
        and all(isinstance(each, bytes) for each in (payload, signature))
        and all(4 not in place or isinstance(place[4], bytes) for place in (header, unprotected))
    )
    kid = also if kid is None else kid
    fitting = [key for key in keys if key.algorithm == header.get(1) and kid in (None, key.key_id)]
    return payload if sound and any(key.verifies(signature, signed) for key in fitting) else None
