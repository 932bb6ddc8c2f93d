"""What a batch's payloads amount to: extremes, mean and count of each metric, as an event states them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from traceability.errors import InvalidInput
from traceability.telemetry.clock import iso
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.senml import Measurement


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """Over the rounded values, in whole steps of `10**-decimals`: the same on every machine."""

    metric: str
    least: int
    most: int
    mean: int
    """Half away from zero."""
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    from_ms: int
    to_ms: int
    metrics: tuple[MetricSummary, ...]
    """By name."""


def summarise(measurements: Iterable[Measurement]) -> Summary:
    """Raises `InvalidInput` if there are none."""
    steps: dict[str, list[int]] = {}
    moments = []
    for each in measurements:
        steps.setdefault(each.metric, []).append(METRICS[each.metric].scaled(each.value))
        moments.append(each.taken_at_ms)
    if not moments:
        raise InvalidInput("a summary needs at least one measurement")
    metrics = tuple(_of_metric(name, steps[name]) for name in sorted(steps))
    return Summary(min(moments), max(moments), metrics)


def sensor_element(summary: Summary, device_id: str, raw_data_url: str) -> dict[str, Any]:
    """The EPCIS 2.0 sensorElement of a batch. `device_id`: the Digital Link of the device's GIAI."""
    return {
        "sensorMetadata": {
            "startTime": iso(summary.from_ms),
            "endTime": iso(summary.to_ms),
            "deviceID": device_id,
            "rawData": raw_data_url,
        },
        "sensorReport": [_sensor_report(each) for each in summary.metrics],
    }


def _of_metric(name: str, steps: list[int]) -> MetricSummary:
    return MetricSummary(name, min(steps), max(steps), _mean(sum(steps), len(steps)), len(steps))


def _mean(total: int, count: int) -> int:
    size = (2 * abs(total) + count) // (2 * count)
    return size if total >= 0 else -size


def _sensor_report(summary: MetricSummary) -> Mapping[str, Any]:
    metric = METRICS[summary.metric]
    return {
        "type": metric.type,
        "minValue": metric.unscaled(summary.least),
        "maxValue": metric.unscaled(summary.most),
        "meanValue": metric.unscaled(summary.mean),
        "uom": metric.uom,
        "guoji:metric": summary.metric,
        "guoji:count": summary.count,
    }
