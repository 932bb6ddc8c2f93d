"""Steps that nothing natural takes, and what lies between one and the step back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from traceability.telemetry.find.look import Sample, Series
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.thresholds import Limits

WITHIN_MS = 3_600_000
"""After a longer pause a value may be anywhere."""
BACK_WITHIN = 2
"""A value is back if it lands this many natural steps from where it was, or closer."""
CALM = 12
"""Without a jump in so many samples a value is trusted, so that the next jump leads away from the truth."""


def jumps(series: Series, limits: Limits) -> Iterator[Finding]:
    """One finding: all between a jump and the one back; of a jump with none back, where it landed.

    It counts what no earlier batch has told.
    """
    if limits.jump is None:
        return
    told, odd = set[Sample](), set[Sample]()
    largest = 0.0
    for at, away in _jumps(series.samples, limits, limits.jump):
        landed = series.samples[at]
        if landed.is_new:
            largest = max(largest, landed.value - series.samples[at - 1].value, key=abs)
            odd.update(series.samples[away:at] if away else [landed])
        elif away is None:
            told.add(landed)
    if fresh := len(odd - told):
        stretch = sorted(odd, key=lambda each: each.taken_at_ms)
        detail = f"jumps by {largest:+g} {series.unit}, natural {limits.jump:g}"
        yield replace(series.finding(Kind.JUMP, stretch, detail), count=fresh)


def _jumps(samples: Sequence[Sample], limits: Limits, natural: float) -> Iterator[tuple[int, int | None]]:
    """The index at which each jump lands; if it is the one back, the index at which the one away landed."""
    away = last = None
    for at, (before, after) in enumerate(pairwise(samples), 1):
        off = abs(after.value - samples[away - 1 if away else at - 1].value)
        if not _is_jump(before, after, natural):
            away = away if off > natural else None  # it may come back slowly too
            continue
        is_back = away is not None and off <= BACK_WITHIN * natural
        yield at, away if is_back else None
        if is_back:
            away = None
        elif away is None and (last is None or at - last > CALM) and limits.allow(before.value):
            away = at
        last = at


def _is_jump(before: Sample, after: Sample, natural: float) -> bool:
    step_ms = after.taken_at_ms - before.taken_at_ms
    return after.follows(before) and step_ms <= WITHIN_MS and abs(after.value - before.value) > natural
