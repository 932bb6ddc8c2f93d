"""What the devices measured while their readings applied, clipped to that time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from traceability.ledger.attachments import Attachment
from traceability.ledger.history import FOREVER, Span
from traceability.ledger.trace import Curve
from traceability.telemetry.cold_chain import Point, excursions, silences
from traceability.telemetry.device import Device
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.reading import Reading
from traceability.telemetry.senml import decode

TEMPERATURE = "air_temperature"


def curves_of(
    attachment: Attachment,
    device: Device,
    readings: Iterator[Reading],
    storage_range: tuple[float, float] | None,
) -> Iterator[Curve]:
    """A curve for each metric of `readings`, which may reach beyond the time that the attachment lasts."""
    points = _points(attachment.span, readings)
    for metric, series in sorted(points.items()):
        series.sort(key=lambda point: point.taken_at_ms)
        bounded = attachment.cold_chain and metric == TEMPERATURE and storage_range is not None
        low, high = storage_range if bounded and storage_range else (None, None)
        unknown = silences(series)
        yield Curve(
            device=attachment.device,
            alias=device.alias,
            name=device.name,
            metric=metric,
            unit=METRICS[metric].uom,
            cold_chain=attachment.cold_chain,
            points=tuple(series),
            low=low,
            high=high,
            excursions=excursions(series, low, high, unknown),
            silences=unknown,
            live=attachment.span.end == FOREVER,
            staged=device.staged,
        )


def _points(span: Span, readings: Iterator[Reading]) -> Mapping[str, list[Point]]:
    points: defaultdict[str, list[Point]] = defaultdict(list)
    from_ms, to_ms = milliseconds(span)
    for reading in readings:
        for measured in decode(reading.payload, reading.device).measurements:
            if from_ms <= measured.taken_at_ms <= to_ms and not isinstance(measured.value, bool):
                metric = METRICS[measured.metric]
                value = metric.unscaled(metric.scaled(measured.value))
                points[measured.metric].append(Point(measured.taken_at_ms, value))
    return points


def milliseconds(span: Span) -> tuple[int, int]:
    """A span as Unix milliseconds; what lies before 1970 counts as its first moment."""
    return max(0, round(span.start.timestamp() * 1000)), round(span.end.timestamp() * 1000)
