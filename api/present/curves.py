"""A curve's card: the drawing, and in words what it says, where it left its range, where nothing is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from api.present import measures
from api.present.calibration import calibration_lines
from api.present.curve_svg import Chart, Mark, chart
from api.present.exposure import exposure_lines, share, time_within
from api.present.text import plain
from api.words import Words
from traceability.cold_chain.excursions import Excursion
from traceability.ledger.trace import Curve
from traceability.telemetry.curve import Point, Stretch
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.thresholds import LIMITS

_TALL, _LOW = 570, 330
_LARGEST_BOUND = 1e9
"""Of a range: events logged before the profile had this bound are for ever, and their range is not drawn."""
_FINE, _COARSE = 1, 9
"""Columns of the drawing: every reading of the journey; of the field, the extremes of each three pixels."""
MOST_NOTES = 6
"""Of excursions, and of silences; a broken sensor could make thousands."""

T = TypeVar("T", Excursion, Stretch)


@dataclass(frozen=True, slots=True)
class Note:
    kind: str
    """"hot" for an excursion, "gap" for a silence."""
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Source:
    """By what a phone finds the readings behind a curve."""

    alias: str
    metric: str
    factor: str
    """Value on the page = value in a reading times this."""
    decimals: int
    """To which it is rounded."""
    limits: tuple[float, float] | None
    """Of a reading that is no nonsense."""
    is_live: bool


@dataclass(frozen=True, slots=True)
class CurveCard:
    title: str
    headline: str
    under: str
    summary: str
    """What a reader who cannot see the drawing has to know."""
    cold_chain: bool
    chart: Chart | None
    """None when not one reading applies."""
    hot_label: Mark | None
    told: tuple[str, ...]
    """What the whole time comes to."""
    notes: tuple[Note, ...]
    staged: str | None
    source: Source | None
    """None for a metric that our table does not have."""


class _ThisVery:
    """A curve by identity: to compare its points would take longer than to draw them."""

    def __init__(self, curve: Curve) -> None:
        self.curve = curve

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ThisVery) and self.curve is other.curve

    def __hash__(self) -> int:
        return id(self.curve)


def curve_card(curve: Curve, words: Words) -> CurveCard:
    """Made once for all traces that share the curve, as the items of a lot do."""
    return _card(_ThisVery(curve), words)


@lru_cache(maxsize=128)
def _card(this: _ThisVery, words: Words) -> CurveCard:
    curve = this.curve
    impossible = _impossible(curve)
    curve = _possible(_within_a_range_that_can_be_drawn(curve))
    title = f"{measures.metric(curve.metric, words)} · {device_name(curve, words)}"
    headline, under = _headline(curve, words) if curve.points else _nothing(words)
    drawn = _drawn(curve, words) if curve.points else None
    return CurveCard(
        title=title,
        headline=headline,
        under=under,
        summary=f"{title}: {headline} {under}",
        cold_chain=curve.cold_chain,
        chart=drawn,
        hot_label=_hot_label(curve, drawn, words) if drawn and curve.excursions else None,
        told=(*exposure_lines(curve, words), *calibration_lines(curve, words)),
        notes=(*_impossible_note(impossible, curve, words), *_notes(curve, words)),
        staged=words.name(curve.staged or {}),
        source=_source(curve),
    )


def _source(curve: Curve) -> Source | None:
    metric, limits = METRICS.get(curve.metric), LIMITS.get(curve.metric)
    if metric is None:
        return None
    bounds = None if limits is None else (limits.low, limits.high)
    return Source(plain(curve.alias), metric.name, str(metric.factor), metric.decimals, bounds, curve.live)


def _within_a_range_that_can_be_drawn(curve: Curve) -> Curve:
    if any(bound is not None and abs(bound) > _LARGEST_BOUND for bound in (curve.low, curve.high)):
        return replace(curve, low=None, high=None, exposure=None)
    return curve


def _impossible(curve: Curve) -> list[Point]:
    """What no such sensor can measure: a broken one must not set the scale of all the others said."""
    if curve.metric not in LIMITS:
        return []
    factor = float(METRICS[curve.metric].factor)
    return [point for point in curve.points if not LIMITS[curve.metric].allow(point.value / factor)]


def _possible(curve: Curve) -> Curve:
    left_out = set(_impossible(curve))
    if not left_out:
        return curve
    return replace(curve, points=tuple(point for point in curve.points if point not in left_out))


def device_name(curve: Curve, words: Words) -> str:
    return words.name(curve.name) or plain(curve.alias)


def longest(stretches: Sequence[T], most: int) -> list[T]:
    """The `most` longest, in their order."""
    ranked = sorted(stretches, key=lambda stretch: stretch.from_ms - stretch.to_ms)[:most]
    return [stretch for stretch in stretches if stretch in ranked]


def span_of_values(curves: tuple[Curve, ...], words: Words) -> str | None:
    """Lowest and highest possible value over all of `curves`, which share a unit; None without one."""
    values = [point.value for curve in curves for point in _possible(curve).points]
    if not values:
        return None
    lowest, highest = min(values), max(values)
    digits = 2 if max(abs(lowest), abs(highest)) < 1 else 1
    # A dash that touched a minus sign would be read as part of it.
    dash = " – " if lowest < 0 else "–"
    span = f"{words.number(lowest, digits)}{dash}{words.number(highest, digits)}"
    return f"{span} {measures.unit(curves[0].unit)}".rstrip()


def excursion_sentence(excursion: Excursion, curve: Curve, words: Words) -> str:
    start, extreme = words.moment_ms(excursion.from_ms), measures.amount(excursion.extreme, curve.unit, words)
    if excursion.from_ms == excursion.to_ms:
        return words.say("{start}, one reading of {extreme}.", start=start, extreme=extreme)
    return words.say(
        "{start} to {end}, {span}, at worst {extreme}.",
        start=start,
        end=words.time(words.at(excursion.to_ms)),
        span=words.span(excursion.to_ms - excursion.from_ms),
        extreme=extreme,
    )


def _headline(curve: Curve, words: Words) -> tuple[str, str]:
    count = len(curve.points)
    if curve.low is None or curve.high is None:
        span = span_of_values((curve,), words) or ""
        return span, words.say_many("{count} reading", "{count} readings", count)
    limits = f"{words.number(curve.low)}–{measures.amount(curve.high, curve.unit, words)}"
    if curve.exposure is not None and curve.exposure.total_ms > 0:
        return time_within(curve.exposure, limits, words)
    inside = sum(curve.low <= point.value <= curve.high for point in curve.points)
    under = words.say_many(
        "of {count} reading within {limits}", "of {count} readings within {limits}", count, limits=limits
    )
    return share(inside, count, words), under


def _impossible_note(impossible: Sequence[Point], curve: Curve, words: Words) -> Iterator[Note]:
    if not impossible:
        return
    ends = sorted({min(each.value for each in impossible), max(each.value for each in impossible)})
    values = " … ".join(measures.amount(end, curve.unit, words) for end in ends)
    title = words.say_many("{count} impossible reading", "{count} impossible readings", len(impossible))
    sentence = words.say("{values}: left out of the drawing, since it cannot have been so.", values=values)
    yield Note("gap", title, sentence)


def _notes(curve: Curve, words: Words) -> Iterator[Note]:
    excursions, silences = longest(curve.excursions, MOST_NOTES), longest(curve.silences, MOST_NOTES)
    for excursion in excursions:
        title = words.say("Outside the range") + f" · {_worst(excursion, curve, words)}"
        meaning = words.say(
            "Warmth or frost shortens how long fruit keeps; it does not say that this fruit is bad."
        )
        yield Note("hot", title, f"{excursion_sentence(excursion, curve, words)} {meaning}")
    for silence in silences:
        title = words.say("No readings for {span}", span=words.span(silence.to_ms - silence.from_ms))
        start, end = words.moment_ms(silence.from_ms), words.time(words.at(silence.to_ms))
        what = words.say("{start} to {end}: what happened then is not known.", start=start, end=end)
        yield Note("gap", title, what)
    left = len(curve.excursions) + len(curve.silences) - len(excursions) - len(silences)
    if left:
        yield Note(
            "gap",
            words.say_many(
                "{count} shorter one is drawn above.", "{count} shorter ones are drawn above.", left
            ),
            "",
        )


def _hot_label(curve: Curve, drawn: Chart, words: Words) -> Mark:
    """Over the longest excursion; more labels would stand on each other, and the notes name all."""
    worst = longest(curve.excursions, 1)[0]
    return Mark(drawn.excursions[curve.excursions.index(worst)].middle, _worst(worst, curve, words))


def _worst(excursion: Excursion, curve: Curve, words: Words) -> str:
    extreme = measures.amount(excursion.extreme, curve.unit, words)
    return f"{extreme} · {words.span(excursion.to_ms - excursion.from_ms)}"


def _nothing(words: Words) -> tuple[str, str]:
    return words.say("Unknown"), words.say("No readings apply to these goods.")


def _drawn(curve: Curve, words: Words) -> Chart:
    if curve.cold_chain:
        return chart(curve, _TALL, _FINE, words)
    return chart(curve, _LOW, _COARSE, words)
