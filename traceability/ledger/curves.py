"""What the devices measured while their readings applied, clipped to that time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from traceability.cold_chain.excursions import excursions
from traceability.cold_chain.exposure import exposure, held
from traceability.ledger.attachments import Attachment
from traceability.ledger.cold import TEMPERATURE, Bearing, beyond_allowance, chilled_ms, sound
from traceability.ledger.trace import Curve
from traceability.proof.history import FOREVER, Span
from traceability.telemetry.authenticate import message_in
from traceability.telemetry.curve import Point, silences
from traceability.telemetry.device import Calibration, Device
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.reading import Reading


def curves_of(
    attachment: Attachment,
    device: Device,
    readings: Iterator[Reading],
    goods: Bearing | None,
    now: datetime,
) -> Iterator[Curve]:
    """A curve for each metric of `readings`, which may reach beyond the time that the attachment lasts."""
    points = points_in(attachment.span, readings)
    for metric, series in sorted(points.items()):
        series.sort(key=lambda point: point.taken_at_ms)
        curve = Curve(
            device=attachment.device,
            alias=device.alias,
            name=device.name,
            metric=metric,
            unit=METRICS[metric].uom,
            cold_chain=attachment.cold_chain,
            points=tuple(series),
            low=None,
            high=None,
            excursions=(),
            silences=silences(series),
            live=attachment.span.end == FOREVER,
            staged=device.staged,
            calibration=_calibration(device, _day(series[-1])),
        )
        bounded = attachment.cold_chain and metric == TEMPERATURE and goods is not None
        yield _judged(curve, attachment.span, goods, now) if bounded and goods else curve


def _calibration(device: Device, by: date) -> Calibration | None:
    return next((each for each in device.calibrations if each.on <= by), None)


def _day(point: Point) -> date:
    return datetime.fromtimestamp(point.taken_at_ms / 1000, UTC).date()


def _judged(curve: Curve, span: Span, goods: Bearing, now: datetime) -> Curve:
    """`curve` with what it says about the range that the goods bear."""
    points = sound(curve.points)
    left = excursions(points, goods.low, goods.high, silences(points), goods.hysteresis)
    from_ms, to_ms = milliseconds(span.cut(Span(end=now)) or Span(now, now))
    pieces = list(held(points, from_ms, to_ms))
    was = exposure(pieces, from_ms, to_ms, goods.low, goods.high)
    return replace(
        curve,
        low=goods.low,
        high=goods.high,
        excursions=left,
        exposure=was,
        chilled_ms=chilled_ms(pieces, goods.profile),
        beyond_allowance=beyond_allowance(goods.profile, was, left),
    )


def points_in(span: Span, readings: Iterable[Reading]) -> Mapping[str, list[Point]]:
    """What was measured within `span`, by metric, in the order of `readings`; nothing that is yes or no."""
    points: defaultdict[str, list[Point]] = defaultdict(list)
    from_ms, to_ms = milliseconds(span)
    for reading in readings:
        for measured in message_in(reading).measurements:
            if from_ms <= measured.taken_at_ms <= to_ms and not isinstance(measured.value, bool):
                metric = METRICS[measured.metric]
                value = metric.unscaled(metric.scaled(measured.value))
                points[measured.metric].append(Point(measured.taken_at_ms, value))
    return points


def milliseconds(span: Span) -> tuple[int, int]:
    """A span as Unix milliseconds; what lies before 1970 counts as its first moment."""
    return max(0, round(span.start.timestamp() * 1000)), round(span.end.timestamp() * 1000)
