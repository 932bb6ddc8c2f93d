"""Values outside what a metric can be, at all or at its site."""

from collections.abc import Iterator
from itertools import chain, groupby

from traceability.telemetry.find.look import Series
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.thresholds import Limits


def impossible(series: Series, limits: Limits) -> Iterator[Finding]:
    runs = [list(run) for _, run in groupby(series.samples, key=lambda each: limits.allow(each.value))]
    odd = [run for run in runs if not limits.allow(run[0].value) and any(each.is_new for each in run)]
    outside = list(chain.from_iterable(odd))
    if outside:
        least, most = min(each.value for each in outside), max(each.value for each in outside)
        detail = f"{least:g} to {most:g} {series.unit}, possible {limits.low:g} to {limits.high:g}"
        yield series.finding(Kind.IMPOSSIBLE_VALUE, outside, detail)
