"""What one device measured lately, metric by metric, whatever goods it was with."""

from collections.abc import Iterable

from traceability.ledger.curves import points_in
from traceability.ledger.trace import Curve
from traceability.proof.history import Span
from traceability.telemetry.curve import Point, silences
from traceability.telemetry.device import Device
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.reading import Reading


def day_curves(device: Device, readings: Iterable[Reading]) -> list[Curve]:
    """By the name of the metric; none for what is yes or no."""
    points = points_in(Span(), readings)
    return [
        _curve(device, metric, sorted(series, key=lambda point: point.taken_at_ms))
        for metric, series in sorted(points.items())
    ]


def _curve(device: Device, metric: str, series: list[Point]) -> Curve:
    return Curve(
        device=device.giai,
        alias=device.alias,
        name=device.name,
        metric=metric,
        unit=METRICS[metric].uom,
        cold_chain=False,
        points=tuple(series),
        low=None,
        high=None,
        excursions=(),
        silences=silences(series),
        live=False,
        staged=device.staged,
        calibration=device.calibrations[0] if device.calibrations else None,
    )
