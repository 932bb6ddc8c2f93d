"""Where a curve left its range: from the reading that left it, however late that was confirmed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traceability.telemetry.curve import Point, Stretch


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch of readings outside the range that the product bears, all of them on one side of it."""

    from_ms: int
    """The first reading outside."""
    to_ms: int
    """The first reading back inside; the last one outside where nothing is known after it."""
    extreme: float
    """The value farthest outside the range."""

    @property
    def length_ms(self) -> int:
        return self.to_ms - self.from_ms


def excursions(
    points: Sequence[Point],
    low: float | None,
    high: float | None,
    unknown: Sequence[Stretch] = (),
    hysteresis: float = 0,
) -> tuple[Excursion, ...]:
    """The excursions in `points` (oldest first). None reaches across a stretch of which nothing is known.

    One ends when the value comes back inside, and counts as over only once it was inside by `hysteresis`: a
    value that trembles on the limit is one excursion, not fifty.
    """
    if low is not None and high is not None:
        hysteresis = min(
            hysteresis, (high - low) / 2
        )  # else the middle of a narrow range would not be inside
    found: list[Excursion] = []
    for run in _runs(points, unknown):
        if high is not None:
            found += _above(run, high, hysteresis)
        if low is not None:
            mirrored = [Point(point.taken_at_ms, -point.value) for point in run]
            found += (Excursion(e.from_ms, e.to_ms, -e.extreme) for e in _above(mirrored, -low, hysteresis))
    return tuple(sorted(found, key=lambda each: each.from_ms))


def _runs(points: Sequence[Point], unknown: Sequence[Stretch]) -> Iterator[list[Point]]:
    silent_until = {stretch.to_ms for stretch in unknown}
    run: list[Point] = []
    for point in points:
        if point.taken_at_ms in silent_until:
            yield run
            run = []
        run.append(point)
    yield run


def _above(run: Sequence[Point], limit: float, hysteresis: float) -> Iterator[Excursion]:
    outside: list[Point] = []
    back: Point | None = None
    for point in run:
        if point.value > limit:
            outside.append(point)
            back = None
        elif outside:
            back = back or point
            if point.value <= limit - hysteresis:
                yield _excursion(outside, back)
                outside, back = [], None
    if outside:
        yield _excursion(outside, back or outside[-1])


def _excursion(outside: Sequence[Point], end: Point) -> Excursion:
    return Excursion(outside[0].taken_at_ms, end.taken_at_ms, max(point.value for point in outside))
