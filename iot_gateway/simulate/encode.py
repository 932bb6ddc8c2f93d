"""Moments as the payload of a message: SenML as docs/formats.md wants it, in JSON or signed."""

import json
from collections.abc import Iterator, Mapping, Sequence

from iot_gateway.simulate.moment import Moment
from traceability.errors import InvalidInput
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.senml_cbor import cbor_of


def encode_message(
    alias: str,
    epoch: int,
    sequence: int,
    taken_at_ms: int,
    values: Mapping[str, float | bool],
    signer: DeviceSigner | None = None,
) -> bytes:
    """What was measured at one moment. `values` by metric, in the unit of its table."""
    return encode_moments(alias, epoch, sequence, [Moment(taken_at_ms, values)], signer)


def encode_moments(
    alias: str, epoch: int, sequence: int, moments: Sequence[Moment], signer: DeviceSigner | None = None
) -> bytes:
    """What was measured at one moment or more. Raises `InvalidInput` for a metric not in the table."""
    first_ms = moments[0].taken_at_ms
    records: list[dict[str, object]] = [
        {"bn": f"{alias}:", "bt": first_ms / 1000, "n": "epoch", "u": "count", "v": epoch},
        {"n": "seq", "u": "count", "v": sequence},
    ]
    for moment in moments:
        records += _records(moment, moment.taken_at_ms - first_ms)
    return json.dumps(records).encode() if signer is None else signer.sign(cbor_of(records), alias)


def _records(moment: Moment, after_ms: int) -> Iterator[dict[str, object]]:
    for name, value in moment.values.items():
        if name not in METRICS:
            raise InvalidInput(f"metric {name!r} is not in the table of metrics")
        unit = METRICS[name].unit
        record: dict[str, object] = (
            {"n": name, "vb": value} if unit is None else {"n": name, "u": unit, "v": value}
        )
        yield {**record, "t": after_ms / 1000} if after_ms else record
