"""Readings and windows for the tests of the finders."""

import json

from traceability.telemetry.batch import NO_BATCH
from traceability.telemetry.find.find import find_in
from traceability.telemetry.find.look import look
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.thresholds import LIMITS
from traceability.telemetry.window import Window

START_S = 1_790_000_000
MINUTE_MS = 60_000


def taken_ms(sequence):
    return START_S * 1000 + sequence * MINUTE_MS


def a_reading(
    sequence,
    value=4.0,
    at_ms=None,
    late_ms=200,
    metric="air_temperature",
    unit="Cel",
    epoch=9,
    device="cold-7",
):
    at_ms = taken_ms(sequence) if at_ms is None else at_ms
    records = [
        {"bt": at_ms / 1000, "n": "epoch", "u": "count", "v": epoch},
        {"n": "seq", "u": "count", "v": sequence},
        {"n": metric, "u": unit, "v": value},
    ]
    payload = json.dumps(records).encode()
    return Reading(device, epoch, sequence, at_ms + late_ms, Authenticated.BROKER, payload)


def a_window(*readings, conflicts=(), previous_epoch=9, sealed_through=0):
    return Window(
        "cold-7", 1, 1, len(readings), readings, conflicts, NO_BATCH, previous_epoch, sealed_through
    )


def found(window, earlier=(), neighbours=(), kind=None, limits=LIMITS):
    """What is found in `window`; only of `kind` if one is given."""
    findings = find_in(look(window, earlier), limits, neighbours)
    return tuple(each for each in findings if kind in (None, each.kind))


def kinds(window, **more):
    return [finding.kind for finding in found(window, **more)]
