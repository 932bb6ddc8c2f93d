"""What a curve of readings says about the cold: where it left its range, and where nothing is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

SILENT_AFTER_PACES = 3
"""A curve is silent where it misses this many of its usual steps."""


@dataclass(frozen=True, slots=True)
class Point:
    taken_at_ms: int
    value: float


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch of readings outside the range that the product bears, all of them on one side of it."""

    from_ms: int
    to_ms: int
    extreme: float
    """The value farthest outside the range."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span of time without readings where readings were expected. What happened in it is unknown."""

    from_ms: int
    to_ms: int


def silences(points: Sequence[Point]) -> tuple[Stretch, ...]:
    """Where the steps between `points` (oldest first) are much longer than usual."""
    steps = [after.taken_at_ms - before.taken_at_ms for before, after in pairwise(points)]
    if not steps:
        return ()
    longest = SILENT_AFTER_PACES * max(median(steps), 1)
    return tuple(
        Stretch(before.taken_at_ms, after.taken_at_ms)
        for before, after in pairwise(points)
        if after.taken_at_ms - before.taken_at_ms > longest
    )


def excursions(
    points: Sequence[Point], low: float | None, high: float | None, unknown: Sequence[Stretch] = ()
) -> tuple[Excursion, ...]:
    """The excursions in `points` (oldest first). None reaches across a stretch of which nothing is known."""
    silent_until = {stretch.to_ms for stretch in unknown}
    found: list[Excursion] = []
    for run in _runs(points, silent_until):
        for side, outside in groupby(run, key=lambda point: _side(point.value, low, high)):
            if side:
                stretch = list(outside)
                extreme = max(stretch, key=lambda point: point.value * side).value
                found.append(Excursion(stretch[0].taken_at_ms, stretch[-1].taken_at_ms, extreme))
    return tuple(found)


def _runs(points: Sequence[Point], silent_until: set[int]) -> Iterator[list[Point]]:
    run: list[Point] = []
    for point in points:
        if point.taken_at_ms in silent_until:
            yield run
            run = []
        run.append(point)
    yield run


def _side(value: float, low: float | None, high: float | None) -> int:
    """-1 below the range, 1 above it, 0 inside."""
    if low is not None and value < low:
        return -1
    return int(high is not None and value > high)
