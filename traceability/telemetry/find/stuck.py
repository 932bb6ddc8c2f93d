"""The same value for longer than a metric stays still."""

from collections.abc import Iterable, Iterator

from traceability.telemetry.find.look import Sample, Series
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.thresholds import Limits

MIN_VALUES = 10
"""Fewer that are alike may be chance."""


def stuck(series: Series, limits: Limits) -> Iterator[Finding]:
    if limits.stuck_after_s is None:
        return
    for run in _runs(series.samples, limits.stuck_within):
        lasted_s = (run[-1].taken_at_ms - run[0].taken_at_ms) / 1000
        long = lasted_s > limits.stuck_after_s and len(run) >= MIN_VALUES
        if long and run[-1].is_new and not limits.may_rest_at(run[-1].value):
            detail = f"{run[0].value:g} {series.unit} for {lasted_s:g} s, want at most {limits.stuck_after_s}"
            yield series.finding(Kind.STUCK_VALUE, run, detail)


def _runs(samples: Iterable[Sample], within: float) -> Iterator[list[Sample]]:
    """Cut `samples` where a value would leave the band of the width `within` that its run has filled."""
    run: list[Sample] = []
    low = high = 0.0
    for each in samples:
        if run and max(high, each.value) - min(low, each.value) > within:
            yield run
            run = []
        low, high = (min(low, each.value), max(high, each.value)) if run else (each.value, each.value)
        run.append(each)
    yield run
