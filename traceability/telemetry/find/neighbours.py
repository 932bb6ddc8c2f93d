"""Two devices at one place that measure the same thing and do not agree: one of them is wrong."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from statistics import median

from traceability.telemetry.find.look import Look, Sample, Series, samples_by_metric, see
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.reading import Reading
from traceability.telemetry.thresholds import Limits

WITHIN_MS = 900_000
"""Values farther apart in time are not compared."""
MIN_PAIRS = 3


def disagreements(
    look: Look, neighbours: Sequence[Reading], limits: Mapping[str, Limits]
) -> Iterator[Finding]:
    by_device = sorted(neighbours, key=lambda each: each.device)
    for neighbour, readings in groupby(by_device, key=lambda each: each.device):
        theirs = samples_by_metric(see(readings), is_new=False)
        for series in look.series():
            differs = limits[series.metric].differs
            if differs is not None and series.metric in theirs:
                by_time = sorted(theirs[series.metric], key=lambda each: each.taken_at_ms)
                yield from _disagreement(series, neighbour, by_time, differs)


def _disagreement(
    series: Series, neighbour: str, theirs: Sequence[Sample], differs: float
) -> Iterator[Finding]:
    moments = [each.taken_at_ms for each in theirs]
    pairs = []
    for ours in series.samples:
        at = bisect_left(moments, ours.taken_at_ms)
        nearest = min(theirs[max(at - 1, 0) : at + 1], key=lambda each: _apart_ms(each, ours))
        if _apart_ms(nearest, ours) <= WITHIN_MS:
            pairs.append((ours, ours.value - nearest.value))
    compared = [ours for ours, _ in pairs]
    if len(pairs) < MIN_PAIRS or not any(each.is_new for each in compared):
        return
    by = median(difference for _, difference in pairs)
    if abs(by) > differs:
        detail = f"{by:+g} {series.unit} against {neighbour}, want at most {differs:g}"
        yield series.finding(Kind.NEIGHBOUR, compared, detail)


def _apart_ms(one: Sample, other: Sample) -> int:
    return abs(one.taken_at_ms - other.taken_at_ms)
