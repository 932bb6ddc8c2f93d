"""A curve's card: the drawing, and in words what it says, where it left its range, where nothing is known."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.present import measures
from api.present.curve_svg import Chart, chart
from api.present.text import plain
from api.words import Words
from traceability.ledger.trace import Curve
from traceability.telemetry.cold_chain import Excursion

_TALL, _LOW = 570, 330


@dataclass(frozen=True, slots=True)
class Note:
    kind: str
    """"hot" for an excursion, "gap" for a silence."""
    title: str
    sentence: str


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
    hot_labels: tuple[str, ...]
    """One for each excursion of the chart."""
    notes: tuple[Note, ...]
    staged: str | None


def curve_card(curve: Curve, words: Words) -> CurveCard:
    title = f"{measures.metric(curve.metric, words)} · {plain(curve.alias)}"
    staged = words.name(curve.staged or {})
    notes = tuple(_notes(curve, words))
    if not curve.points:
        nothing = words.say("No readings apply to these goods.")
        return CurveCard(
            title, words.say("Unknown"), nothing, nothing, curve.cold_chain, None, (), notes, staged
        )
    headline, under = _headline(curve, words)
    return CurveCard(
        title=title,
        headline=headline,
        under=under,
        summary=f"{title}: {headline} {under}",
        cold_chain=curve.cold_chain,
        chart=chart(curve, _TALL if curve.cold_chain else _LOW, words),
        hot_labels=tuple(_hot_label(excursion, curve, words) for excursion in curve.excursions),
        notes=notes,
        staged=staged,
    )


def span_of_values(curves: tuple[Curve, ...], words: Words) -> str | None:
    """Lowest and highest value over all of `curves`, which share a unit; None without readings."""
    values = [point.value for curve in curves for point in curve.points]
    if not values:
        return None
    return f"{words.number(min(values), 1)}–{words.number(max(values), 1)} {measures.unit(curves[0].unit)}"


def excursion_sentence(excursion: Excursion, curve: Curve, words: Words) -> str:
    return words.say(
        "{start} to {end}, {span}, at worst {extreme}.",
        start=words.moment_ms(excursion.from_ms),
        end=words.time(words.at(excursion.to_ms)),
        span=words.span(excursion.to_ms - excursion.from_ms),
        extreme=measures.amount(excursion.extreme, curve.unit, words),
    )


def _headline(curve: Curve, words: Words) -> tuple[str, str]:
    count = len(curve.points)
    if curve.low is None or curve.high is None:
        span = span_of_values((curve,), words) or ""
        return span, words.say_many("{count} reading", "{count} readings", count)
    inside = sum(curve.low <= point.value <= curve.high for point in curve.points)
    # Rounded down: 99.96 % must not be shown as all of them.
    share = words.number(inside * 1000 // count / 10, 1)
    limits = f"{words.number(curve.low)}–{measures.amount(curve.high, curve.unit, words)}"
    under = words.say_many(
        "of {count} reading within {limits}", "of {count} readings within {limits}", count, limits=limits
    )
    return f"{share}%", under


def _notes(curve: Curve, words: Words) -> Iterator[Note]:
    for excursion in curve.excursions:
        title = words.say("Outside the range") + f" · {_hot_label(excursion, curve, words)}"
        meaning = words.say(
            "Warmth or frost shortens how long fruit keeps; it does not say that this fruit is bad."
        )
        yield Note("hot", title, f"{excursion_sentence(excursion, curve, words)} {meaning}")
    for silence in curve.silences:
        title = words.say("No readings for {span}", span=words.span(silence.to_ms - silence.from_ms))
        start, end = words.moment_ms(silence.from_ms), words.time(words.at(silence.to_ms))
        yield Note(
            "gap",
            title,
            words.say("{start} to {end}: what happened then is not known.", start=start, end=end),
        )


def _hot_label(excursion: Excursion, curve: Curve, words: Words) -> str:
    extreme = measures.amount(excursion.extreme, curve.unit, words)
    return f"{extreme} · {words.span(excursion.to_ms - excursion.from_ms)}"
