"""Looks through a window of readings for what is missing or odd."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from traceability.telemetry.curve import SILENT_AFTER_PACES
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.metrics import METRICS, Metric
from traceability.telemetry.reading import Reading
from traceability.telemetry.senml import Measurement, decode
from traceability.telemetry.window import Window

MAX_HOLES = 20
"""More than these become one finding: a batch event must not grow with every lost number."""
CLOCK_TOLERANCE_MS = 2_000
"""What the network and whole-second clocks may explain."""
CLOCK_BEHIND_MS = 60_000
MIN_LIVE_READINGS = 5


@dataclass(frozen=True, slots=True)
class _Seen:
    """A reading with what its payload says."""

    reading: Reading
    measurements: tuple[Measurement, ...]
    from_ms: int
    to_ms: int


def find(window: Window) -> tuple[Finding, ...]:
    """Everything that `Kind` names, as far as this window alone shows it."""
    seen = [_seen(reading) for reading in sorted(window.readings, key=lambda each: each.sequence)]
    return (
        *_new_epoch(window, seen),
        *_gaps(window, seen),
        *_conflicts(window),
        *_out_of_order(window, seen),
        *_silences(window, seen),
        *_clock_offset(window, seen),
        *_of_values(window, seen),
    )


def _seen(reading: Reading) -> _Seen:
    measurements = decode(reading.payload, reading.device).measurements
    moments = [each.taken_at_ms for each in measurements]
    return _Seen(reading, measurements, min(moments), max(moments))


def _new_epoch(window: Window, seen: Sequence[_Seen]) -> Iterator[Finding]:
    if window.previous_epoch not in (None, window.epoch):
        detail = f"epoch {window.epoch} after {window.previous_epoch}"
        at_ms = seen[0].from_ms
        yield Finding(Kind.NEW_EPOCH, window.device, None, at_ms, at_ms, 1, detail)


def _gaps(window: Window, seen: Sequence[_Seen]) -> list[Finding]:
    holes = []
    last, since_ms = window.sealed_through, None
    for each in seen:
        number = each.reading.sequence
        if number > last + 1:
            detail = f"numbers {last + 1} to {number - 1}"
            holes.append(
                Finding(Kind.GAP, window.device, None, since_ms, each.from_ms, number - last - 1, detail)
            )
        last, since_ms = max(last, number), each.to_ms
    if len(holes) <= MAX_HOLES:
        return holes
    missing = sum(hole.count for hole in holes)
    detail = f"{len(holes)} holes from {holes[0].detail} to {holes[-1].detail}"
    return [Finding(Kind.GAP, window.device, None, holes[0].from_ms, holes[-1].to_ms, missing, detail)]


def _conflicts(window: Window) -> Iterator[Finding]:
    if window.conflicts:
        numbers = sorted({each.sequence for each in window.conflicts})
        detail = f"{len(numbers)} numbers from {numbers[0]} to {numbers[-1]}"
        yield Finding(Kind.CONFLICT, window.device, None, None, None, len(window.conflicts), detail)


def _out_of_order(window: Window, seen: Sequence[_Seen]) -> Iterator[Finding]:
    backward = [(before, after) for before, after in pairwise(seen) if after.from_ms < before.from_ms]
    if backward:
        from_ms = min(after.from_ms for _, after in backward)
        to_ms = max(before.to_ms for before, _ in backward)
        detail = f"first at number {backward[0][1].reading.sequence}"
        yield Finding(Kind.OUT_OF_ORDER, window.device, None, from_ms, to_ms, len(backward), detail)


def _silences(window: Window, seen: Sequence[_Seen]) -> Iterator[Finding]:
    steps = [(before, after, after.from_ms - before.to_ms) for before, after in pairwise(seen)]
    if len(steps) < 2:
        return
    longest = SILENT_AFTER_PACES * max(median(step for *_, step in steps), 1)
    for before, after, step in steps:
        if step > longest and after.reading.sequence == before.reading.sequence + 1:
            detail = f"{step / 1000:g} s, usually at most {longest / 1000:g}"
            yield Finding(Kind.SILENCE, window.device, None, before.to_ms, after.from_ms, 1, detail)


def _clock_offset(window: Window, seen: Sequence[_Seen]) -> Iterator[Finding]:
    late_by = [each.reading.received_at_ms - each.to_ms for each in seen]
    ahead = [each for each, late in zip(seen, late_by, strict=True) if late < -CLOCK_TOLERANCE_MS]
    steady = len(seen) >= MIN_LIVE_READINGS and max(late_by) - min(late_by) <= CLOCK_TOLERANCE_MS
    if ahead:
        shown, offset_ms = ahead, -min(late_by)
        detail = f"ahead by up to {offset_ms / 1000:g} s"
    elif steady and min(late_by) > CLOCK_BEHIND_MS:
        shown = list(seen)
        detail = f"behind by {min(late_by) / 1000:g} s"
    else:
        return
    from_ms, to_ms = min(each.from_ms for each in shown), max(each.to_ms for each in shown)
    yield Finding(Kind.CLOCK_OFFSET, window.device, None, from_ms, to_ms, len(shown), detail)


def _of_values(window: Window, seen: Iterable[_Seen]) -> Iterator[Finding]:
    by_metric: dict[str, list[Measurement]] = {}
    for each in seen:
        for measurement in each.measurements:
            by_metric.setdefault(measurement.metric, []).append(measurement)
    for name in sorted(by_metric):
        values = sorted(by_metric[name], key=lambda each: each.taken_at_ms)
        yield from _impossible(window.device, METRICS[name], values)
        yield from _stuck(window.device, METRICS[name], values)


def _impossible(device: str, metric: Metric, values: Sequence[Measurement]) -> Iterator[Finding]:
    outside = [each for each in values if not metric.low <= each.value <= metric.high]
    if outside:
        extremes = min(each.value for each in outside), max(each.value for each in outside)
        detail = (
            f"{extremes[0]:g} to {extremes[1]:g} {metric.unit}, possible {metric.low:g} to {metric.high:g}"
        )
        yield _over(Kind.IMPOSSIBLE_VALUE, device, metric, outside, detail)


def _stuck(device: str, metric: Metric, values: Sequence[Measurement]) -> Iterator[Finding]:
    if metric.stuck_after_s is None:
        return
    for value, group in groupby(values, key=lambda each: each.value):
        same = list(group)
        lasted_s = (same[-1].taken_at_ms - same[0].taken_at_ms) / 1000
        if lasted_s > metric.stuck_after_s:
            detail = f"{value:g} {metric.unit} for {lasted_s:g} s, want at most {metric.stuck_after_s}"
            yield _over(Kind.STUCK_VALUE, device, metric, same, detail)


def _over(kind: Kind, device: str, metric: Metric, values: Sequence[Measurement], detail: str) -> Finding:
    return Finding(
        kind, device, metric.name, values[0].taken_at_ms, values[-1].taken_at_ms, len(values), detail
    )
