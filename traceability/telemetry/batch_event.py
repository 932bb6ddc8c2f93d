"""The EPCIS event of a batch, and the check that an event says what its batch's payloads say."""

from collections.abc import Mapping, Sequence
from typing import Any

from traceability.errors import CheckFailed, InvalidInput
from traceability.telemetry.authenticate import message_in
from traceability.telemetry.batch import NO_BATCH, Batch, open_batch
from traceability.telemetry.clock import iso
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Finding, to_event
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.senml import Measurement
from traceability.telemetry.summary import Summary, sensor_element, summarise

_OPTIONAL = {"guoji:previousBatchRoot", "guoji:signedCount"}


def batch_event(
    batch: Batch, device: Device, findings: Sequence[Finding], expected: int, raw_data_url: str
) -> dict[str, Any]:
    """The body (without @context) of the ObjectEvent for `batch`.

    `expected` is from `batch.expected_count`; `raw_data_url` must contain the root in hex. Raises
    `InvalidInput` for a payload that does not decode: such a reading was never accepted.
    """
    summary = _summary(batch.readings)
    event = {
        "type": "ObjectEvent",
        "eventTime": iso(summary.to_ms),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": {"id": device.place},
        "sensorElementList": [sensor_element(summary, device.giai, raw_data_url)],
        **_commitments(batch),
        "guoji:expectedCount": expected,
    }
    if findings:
        event["guoji:findings"] = [to_event(finding) for finding in findings]
    if device.staged is not None:
        event["guoji:staged"] = {f"guoji:{language}": text for language, text in device.staged.items()}
    return event


def check_batch(leaves: Sequence[bytes], event: Mapping[str, Any]) -> Batch:
    """The batch with these leaves, if `event` is about it and says of it what the payloads say.

    Steps: (1) the leaves fit their header; (2) root, range and count are the event's; (3) times and the
    summary of each metric are what the payloads amount to. Findings and `guoji:expectedCount` remain the
    operator's word, and so do signatures. Raises `CheckFailed` naming what does not fit.
    """
    # (1)
    batch = open_batch(leaves)
    # (2)
    commitments = _commitments(batch)
    for name, value in commitments.items():
        if event.get(name) != value:
            raise CheckFailed(f"the leaves give {name} {value}, the event says {event.get(name)}")
    for name in _OPTIONAL - commitments.keys() & event.keys():
        raise CheckFailed(f"the event has {name} {event[name]}, the leaves give none")
    # (3)
    try:
        summary = _summary(batch.readings)
    except InvalidInput as error:
        raise CheckFailed(f"batch {batch.root.hex()}: {error}") from error
    _check_element(event, summary, batch)
    return batch


def _commitments(batch: Batch) -> dict[str, Any]:
    header = batch.header
    commitments = {
        "guoji:device": header.device,
        "guoji:epoch": header.epoch,
        "guoji:firstSequence": header.first_sequence,
        "guoji:lastSequence": header.last_sequence,
        "guoji:readingCount": header.count,
        "guoji:batchRoot": batch.root.hex(),
    }
    signed = sum(reading.authenticated is Authenticated.SIGNED for reading in batch.readings)
    if signed:
        commitments["guoji:signedCount"] = signed
    if header.previous_root != NO_BATCH:
        commitments["guoji:previousBatchRoot"] = header.previous_root.hex()
    return commitments


def _summary(readings: Sequence[Reading]) -> Summary:
    return summarise(measurement for reading in readings for measurement in _measurements(reading))


def _measurements(reading: Reading) -> tuple[Measurement, ...]:
    """Raises `InvalidInput` naming the reading, also when the payload carries other numbers than its leaf."""
    name = f"reading {reading.sequence} of {reading.device}"
    try:
        message = message_in(reading)
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}") from error
    if (message.epoch, message.sequence) != (reading.epoch, reading.sequence):
        raise InvalidInput(f"{name}: its payload says epoch {message.epoch}, number {message.sequence}")
    return message.measurements


def _check_element(event: Mapping[str, Any], summary: Summary, batch: Batch) -> None:
    if event.get("eventTime") != iso(summary.to_ms):
        raise CheckFailed(
            f"the payloads end at {iso(summary.to_ms)}, the event says {event.get('eventTime')}"
        )
    match event.get("sensorElementList"):
        case [{"sensorMetadata": {"deviceID": str(device_id), "rawData": str(url)}} as element]:
            wanted = sensor_element(summary, device_id, url)
        case _:
            raise CheckFailed("the event has not exactly one sensor element with deviceID and rawData")
    if batch.root.hex() not in url:
        raise CheckFailed(f"the event's rawData {url[:200]!r} does not name the batch {batch.root.hex()}")
    if element["sensorMetadata"] != wanted["sensorMetadata"]:
        raise CheckFailed(
            f"the payloads give {wanted['sensorMetadata']}, the event {element['sensorMetadata']}"
        )
    _check_reports(element.get("sensorReport"), wanted["sensorReport"])


def _check_reports(stated: object, wanted: Sequence[Mapping[str, Any]]) -> None:
    if not isinstance(stated, list) or len(stated) != len(wanted):
        raise CheckFailed(f"the payloads hold {len(wanted)} metrics, the event reports otherwise")
    for want, have in zip(wanted, stated, strict=True):
        if have != want:
            raise CheckFailed(f"the payloads give {want['guoji:metric']} {dict(want)}, the event {have}")
