"""Geometry of a curve: whole view-box units, a path of relative steps, and never a line across a gap."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from api.words import Words
from traceability.ledger.trace import Curve
from traceability.telemetry.curve import Point, Stretch

WIDTH = 1080
"""View-box units across: three to a pixel of the narrowest usual phone."""
LEFT, RIGHT, TOP, AXIS_ROOM = 96, 18, 54, 66
MOST_TICKS = 4
_TICK_STEPS = [timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 180, 360, 720)] + [
    timedelta(days=d) for d in (1, 2, 5, 10, 30, 60, 180, 365)
]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the time axis."""

    x: int
    width: int
    middle: int
    """Where its label stands, kept inside the drawing."""


@dataclass(frozen=True, slots=True)
class Mark:
    at: int
    text: str
    anchor: str = "middle"
    """SVG text-anchor: a label at the very edge stands inside the drawing."""


@dataclass(frozen=True, slots=True)
class Chart:
    height: int
    grain: int
    from_ms: int
    to_ms: int
    lowest: float
    highest: float
    """Of the plot: by these five a phone lays it out again."""
    top: int
    bottom: int
    """Of the plot, from above."""
    path: str
    range_y: tuple[int, int] | None
    """Top and bottom of the range that the product bears."""
    excursions: tuple[Band, ...]
    gaps: tuple[Band, ...]
    y_marks: tuple[Mark, ...]
    x_marks: tuple[Mark, ...]


def chart(curve: Curve, height: int, grain: int, words: Words) -> Chart:
    """Lay out `curve`, which has at least one point, in columns `grain` units wide."""
    start, end = curve.points[0].taken_at_ms, curve.points[-1].taken_at_ms
    bounds = [bound for bound in (curve.low, curve.high) if bound is not None]
    values = [point.value for point in curve.points] + bounds
    lowest, highest = min(values), max(values)
    bottom = height - AXIS_ROOM
    across, up = (WIDTH - LEFT - RIGHT) / (end - start or 1), (bottom - TOP) / (highest - lowest or 1)

    def x(at_ms: int) -> int:
        return LEFT + round((min(max(at_ms, start), end) - start) * across / grain) * grain

    def y(value: float) -> int:
        return round(bottom - (value - lowest) * up)

    return Chart(
        height=height,
        grain=grain,
        from_ms=start,
        to_ms=end,
        lowest=lowest,
        highest=highest,
        top=TOP,
        bottom=bottom,
        path=_path(curve.points, curve.silences, x, y),
        range_y=(y(curve.high), y(curve.low)) if curve.low is not None and curve.high is not None else None,
        excursions=tuple(_band(x(e.from_ms), x(e.to_ms)) for e in curve.excursions),
        gaps=tuple(_band(x(s.from_ms), x(s.to_ms)) for s in curve.silences),
        y_marks=_spread(
            [Mark(y(value), _on_axis(value, curve, words)) for value in bounds or (lowest, highest)]
        ),
        x_marks=tuple(_x_mark(x(_ms(moment)), label) for moment, label in _ticks(start, end, words)),
    )


def _path(
    points: Sequence[Point], silences: Sequence[Stretch], x: Callable[[int], int], y: Callable[[float], int]
) -> str:
    pieces = []
    for piece in _unbroken(points, silences):
        spots = [(x(point.taken_at_ms), y(point.value)) for point in piece]
        spots = list(_one_column_at_a_time(spots))
        steps = [_step(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(spots)] or ["0 0"]
        pieces.append(f"M{_step(*spots[0])}l{_joined(steps)}")
    return "".join(pieces)


def _unbroken(points: Sequence[Point], silences: Sequence[Stretch]) -> Iterator[list[Point]]:
    """The points in runs: a new run starts after each silence."""
    ends = sorted(silence.to_ms for silence in silences)
    for _, run in groupby(points, key=lambda point: sum(end <= point.taken_at_ms for end in ends)):
        yield list(run)


def _one_column_at_a_time(spots: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of the points that share a column of the drawing: first, lowest, highest, last. No extreme is lost."""
    for column, group in groupby(spots, key=lambda spot: spot[0]):
        ys = [y for _, y in group]
        if len(ys) <= 4:
            yield from ((column, y) for y in ys)
        else:
            yield from ((column, y) for y in (ys[0], min(ys), max(ys), ys[-1]))


def _step(dx: int, dy: int) -> str:
    return f"{dx}{dy}" if dy < 0 else f"{dx} {dy}"


def _joined(steps: Sequence[str]) -> str:
    return "".join(
        step if index == 0 or step.startswith("-") else f" {step}" for index, step in enumerate(steps)
    )


def _on_axis(value: float, curve: Curve, words: Words) -> str:
    return f"{words.number(value)}°" if curve.unit == "CEL" else words.number(value)


def _band(left: int, right: int) -> Band:
    width = max(right - left, 9)
    return Band(left, width, min(max(left + width // 2, LEFT + 150), WIDTH - RIGHT - 150))


def _x_mark(at: int, text: str) -> Mark:
    return Mark(at, text, "end" if at > WIDTH - 80 else "middle")


def _spread(marks: list[Mark]) -> tuple[Mark, ...]:
    """Labels of one axis, without one that would stand on another."""
    apart = [
        mark
        for index, mark in enumerate(marks)
        if all(abs(mark.at - other.at) >= 40 for other in marks[:index])
    ]
    return tuple(apart)


def _ticks(start_ms: int, end_ms: int, words: Words) -> Iterator[tuple[datetime, str]]:
    """Round moments of the pages' zone with their labels, at most `MOST_TICKS`."""
    start, end = words.at(start_ms), words.at(end_ms)
    step = next((step for step in _TICK_STEPS if (end - start) / step < MOST_TICKS), _TICK_STEPS[-1])
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight + step * -((midnight - start) // step)
    while moment <= end:
        yield moment, words.day(moment) if moment.hour == moment.minute == 0 else words.time(moment)
        moment += step


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
