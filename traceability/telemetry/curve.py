"""The readings of one metric in their order, and where so few came that what lies between is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

SILENT_AFTER_PACES = 3
"""A curve is silent where it misses this many of its usual steps."""
AROUND = 20
"""Usual is the median of this many steps before, or after: a device may be set to another pace."""
FEWEST_AROUND = 5
"""Fewer on a side are no pace of their own: one late reading after an outage would excuse it."""


@dataclass(frozen=True, slots=True)
class Point:
    taken_at_ms: int
    value: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span of time without readings where readings were expected. What happened in it is unknown."""

    from_ms: int
    to_ms: int


def silences(points: Sequence[Point]) -> tuple[Stretch, ...]:
    """Where a step between `points` (oldest first) is much longer than usual, both before it and after."""
    steps_ms = [after.taken_at_ms - before.taken_at_ms for before, after in pairwise(points)]
    # No median is below the shortest: of a steady curve none is looked for.
    suspect_ms = SILENT_AFTER_PACES * min(steps_ms, default=0)
    return tuple(
        Stretch(before.taken_at_ms, after.taken_at_ms)
        for index, (before, after) in enumerate(pairwise(points))
        if steps_ms[index] > suspect_ms and _is_silent(steps_ms, index)
    )


def speaks_for_ms(points: Sequence[Point]) -> float:
    """How long the last of `points` (oldest first) says something, while no other comes; 0 for one alone."""
    last = points[-AROUND - 1 :]
    return _longest_ms([after.taken_at_ms - before.taken_at_ms for before, after in pairwise(last)])


def _is_silent(steps_ms: Sequence[int], index: int) -> bool:
    sides = [steps_ms[max(index - AROUND, 0) : index], steps_ms[index + 1 : index + 1 + AROUND]]
    paces = [side for side in sides if len(side) >= FEWEST_AROUND] or [[*sides[0], *sides[1]]]
    longest_ms = max(_longest_ms(pace) for pace in paces)
    return 0 < longest_ms < steps_ms[index]


def _longest_ms(steps_ms: Sequence[int]) -> float:
    return SILENT_AFTER_PACES * max(median(steps_ms), 1) if steps_ms else 0
