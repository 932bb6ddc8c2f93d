"""How long goods were held at which temperature, and for how long nobody knows."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from traceability.telemetry.curve import Point, silences, speaks_for_ms

HOUR_MS = 3_600_000
ZERO_CELSIUS_K = 273.15
HEAT_OVER_GAS_CONSTANT_K = 10_000
"""Delta H / R of USP <1079.2>: 83.144 kJ/mol over 8.3144 J/(mol K)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A span in which the temperature is taken to be that of the reading at its start."""

    from_ms: int
    to_ms: int
    celsius: float

    @property
    def length_ms(self) -> int:
        return self.to_ms - self.from_ms


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is known of the span [from_ms, to_ms]."""

    from_ms: int
    to_ms: int
    within_ms: int
    outside_ms: int
    """Above and below together: the cumulative excursion."""
    degree_hours_above: float
    """Hours above the range, each weighted by how many degrees it was above."""
    degree_hours_below: float
    mean_kinetic_celsius: float | None
    """None where no time is known."""

    @property
    def known_ms(self) -> int:
        return self.within_ms + self.outside_ms

    @property
    def total_ms(self) -> int:
        return self.to_ms - self.from_ms

    @property
    def unknown_ms(self) -> int:
        """Without readings. Never counted as good."""
        return self.total_ms - self.known_ms


def held(points: Sequence[Point], from_ms: int, to_ms: int) -> Iterator[Held]:
    """Each reading until the next one, as far as it lies in [from_ms, to_ms].

    A reading says nothing about a silence that follows it, nor about the time before the first one.
    """
    if not points:
        return
    last, silent = points[-1], {each.from_ms for each in silences(points)}
    if to_ms - last.taken_at_ms > speaks_for_ms(points):
        silent.add(last.taken_at_ms)
    ends = [*(point.taken_at_ms for point in points[1:]), to_ms]
    for point, end in zip(points, ends, strict=True):
        start, end = max(point.taken_at_ms, from_ms), min(end, to_ms)
        if start < end and point.taken_at_ms not in silent:
            yield Held(start, end, point.value)


def exposure(pieces: Sequence[Held], from_ms: int, to_ms: int, low: float, high: float) -> Exposure:
    """Of the span [from_ms, to_ms], of which `pieces` are known and do not overlap."""
    within = sum(each.length_ms for each in pieces if low <= each.celsius <= high)
    return Exposure(
        from_ms=from_ms,
        to_ms=to_ms,
        within_ms=within,
        outside_ms=sum(each.length_ms for each in pieces) - within,
        degree_hours_above=sum(max(each.celsius - high, 0) * each.length_ms for each in pieces) / HOUR_MS,
        degree_hours_below=sum(max(low - each.celsius, 0) * each.length_ms for each in pieces) / HOUR_MS,
        mean_kinetic_celsius=mean_kinetic_celsius(pieces),
    )


def mean_kinetic_celsius(pieces: Iterable[Held]) -> float | None:
    """The steady temperature that would have done as much, after USP <1079.2>, weighted by time.

    Temperatures are above absolute zero. None without any time.
    """
    weighted = [
        (each.length_ms, -HEAT_OVER_GAS_CONSTANT_K / (each.celsius + ZERO_CELSIUS_K)) for each in pieces
    ]
    total = sum(length for length, _ in weighted)
    if not total:
        return None
    largest = max(power for _, power in weighted)  # taken out, for exp of all of them may be zero
    mean = sum(length * math.exp(power - largest) for length, power in weighted) / total
    return HEAT_OVER_GAS_CONSTANT_K / -(largest + math.log(mean)) - ZERO_CELSIUS_K


def warmest(pieces: Iterable[Held]) -> Iterator[Held]:
    """At each moment the warmest of what several devices say, without overlaps, oldest first."""
    waiting = sorted(pieces, key=lambda each: each.from_ms, reverse=True)
    edges = sorted({edge for each in waiting for edge in (each.from_ms, each.to_ms)})
    now: list[tuple[float, int]] = []
    for start, end in pairwise(edges):
        while waiting and waiting[-1].from_ms <= start:
            each = waiting.pop()
            heappush(now, (-each.celsius, each.to_ms))
        while now and now[0][1] <= start:
            heappop(now)
        if now:
            yield Held(start, end, -now[0][0])
