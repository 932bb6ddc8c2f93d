"""The readings of one metric in their order, and where so few came that what lies between is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

SILENT_AFTER_PACES = 3
"""A curve is silent where it misses this many of its usual steps."""


@dataclass(frozen=True, slots=True)
class Point:
    taken_at_ms: int
    value: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span of time without readings where readings were expected. What happened in it is unknown."""

    from_ms: int
    to_ms: int


def longest_step_ms(points: Sequence[Point]) -> float:
    """The longest step between `points` (oldest first) that is not silence; 0 without two of them."""
    steps = [after.taken_at_ms - before.taken_at_ms for before, after in pairwise(points)]
    return SILENT_AFTER_PACES * max(median(steps), 1) if steps else 0


def silences(points: Sequence[Point]) -> tuple[Stretch, ...]:
    """Where the steps between `points` (oldest first) are much longer than usual."""
    longest = longest_step_ms(points)
    return tuple(
        Stretch(before.taken_at_ms, after.taken_at_ms)
        for before, after in pairwise(points)
        if after.taken_at_ms - before.taken_at_ms > longest
    )
