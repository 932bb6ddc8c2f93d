"""A value that has become far more restless than it was."""

from bisect import insort
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from traceability.telemetry.find.look import Sample, Series
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.thresholds import Limits

BLOCK = 12
"""Noise is a median over this many values: one or two odd ones are no noise."""
TIMES_USUAL = 4
MIN_BLOCKS = 5
"""What is usual shows over as many blocks before."""


def noise(series: Series, limits: Limits) -> Iterator[Finding]:
    """Blocks whose noise is `TIMES_USUAL` the usual one of the blocks before, and beyond the natural one."""
    if limits.noise is None:
        return
    usual: list[float] = []  # of the blocks before, ascending: to sort them anew each time would take hours
    loud: list[Sample] = []
    loudest = 0.0
    for block in _blocks(series.samples):
        level = _level(block)
        known = block[-1].is_new and len(usual) >= MIN_BLOCKS
        if known and level > max(limits.noise, TIMES_USUAL * _middle(usual)):
            loud += block
            loudest = max(loudest, level)
        insort(usual, level)
    if loud:
        detail = f"changes direction by {loudest:g} {series.unit}, natural {limits.noise:g}"
        yield series.finding(Kind.NOISE, loud, detail)


def _blocks(samples: Sequence[Sample]) -> list[Sequence[Sample]]:
    """Cut from the newest backward, so that the newest values stand in a full block."""
    rows: list[list[Sample]] = [[]]
    for before, after in pairwise((samples[0], *samples)):
        if not after.follows(before):
            rows.append([])
        rows[-1].append(after)
    return [
        row[end - BLOCK : end] for row in rows for end in range(len(row) % BLOCK + BLOCK, len(row) + 1, BLOCK)
    ]


def _middle(ascending: Sequence[float]) -> float:
    return (ascending[(len(ascending) - 1) // 2] + ascending[len(ascending) // 2]) / 2


def _level(block: Sequence[Sample]) -> float:
    """The median of second differences: a steady rise or fall has none."""
    triples = zip(block, block[1:], block[2:], strict=False)
    return median(abs(first.value - 2 * mid.value + last.value) for first, mid, last in triples)
