"""What a livestream shows of a trace at one moment: all of it, so that no update depends on one before."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median

import orjson

from api.present import measures
from api.present.curves import device_name, span_of_values
from api.present.lab import lab_reports
from api.present.parties import grown_at
from api.present.recall import recalls
from api.present.text import plain
from api.present.trace import Fact, alerts, facts, product_name
from api.present.verdict import of_trace
from api.words import Words
from traceability.gs1 import digital_link
from traceability.ledger.trace import Curve, Trace
from traceability.telemetry.curve import Point

_STALE_AFTER_PERIODS = 3
_LEAST_STALE_MS = 15_000
_SPARK_POINTS, _SPARK_WIDTH, _SPARK_HEIGHT = 60, 300, 64


@dataclass(frozen=True, slots=True)
class ColdChain:
    freshness: str
    """"live", "stale" (news stopped arriving), "ended" (the journey is over) or "none"."""
    title: str
    value: str
    unit: str
    age: str
    """How old the value is, or why there is none."""
    spark: str
    """Path of the newest values, 300 by 64."""


@dataclass(frozen=True, slots=True)
class OverlayState:
    state: str
    word: str
    claim: str
    product: str
    origin: str
    lot: str
    facts: tuple[Fact, ...]
    lab: str
    alert: str
    """Empty while the cold chain holds."""
    staged: str
    """Empty if nothing is staged, and the chain is no test."""
    cold: ColdChain


def overlay_state(trace: Trace, words: Words, since_made_ms: int) -> OverlayState:
    """`since_made_ms`: how long ago `trace` was made, so that ages go on while it stays the newest."""
    badge = of_trace(trace, words)
    recalled = recalls(trace, words).holding
    broken = alerts(trace, words)
    qualities = dict(digital_link.parse(trace.subject).path)
    return OverlayState(
        state="recalled" if recalled else badge.state,
        word=recalled[0].title if recalled else badge.word,
        claim=words.say("as this server states"),
        product=product_name(trace, words),
        origin=grown_at(trace, words) or words.say("Origin not recorded"),
        lot=plain(qualities.get("10", "")),
        facts=facts(trace, words)[:2],
        lab=_lab(trace, words),
        alert=words.say("The cold chain was broken") + f" · {broken[-1]}" if broken else "",
        staged=_staged(trace, words),
        cold=_cold(trace, words, since_made_ms),
    )


def _staged(trace: Trace, words: Words) -> str:
    if trace.staged:
        return words.say("Demonstration data")
    return words.say("Test chain") if trace.chain_label is not None else ""


def encoded(state: OverlayState) -> bytes:
    return orjson.dumps(asdict(state))


def _lab(trace: Trace, words: Words) -> str:
    lines = [line for report in lab_reports(trace, words) for line in report.lines]
    limited = [line for line in lines if line.limit]
    over = sum(line.over for line in limited)
    if over:
        return words.say_many("{count} value above its limit", "{count} values above their limits", over)
    if limited:
        return words.say_many(
            "{count} value within its limit", "{count} values within their limits", len(limited)
        )
    if lines:
        return words.say_many(
            "{count} value, no limit stated", "{count} values, no limits stated", len(lines)
        )
    return words.say("not recorded")


def _cold(trace: Trace, words: Words, since_made_ms: int) -> ColdChain:
    curves = [c for c in trace.curves if c.cold_chain and c.metric in measures.TEMPERATURES and c.points]
    curve = max(curves, key=lambda c: (c.live, c.points[-1].taken_at_ms), default=None)
    title = words.say("Cold chain")
    if curve is None:
        return ColdChain("none", title, "–", "", words.say("not recorded"), "")
    last = curve.points[-1]
    if not curve.live:
        ended = words.say("journey ended {moment}", moment=words.moment_ms(last.taken_at_ms))
        value, _, unit = (span_of_values((curve,), words) or "").rpartition(" ")
        return ColdChain("ended", title, value, unit, ended, _spark(curve.points))
    age_ms = max(0, round(trace.made_at.timestamp() * 1000) + since_made_ms - last.taken_at_ms)
    fresh = age_ms <= _stale_after_ms(curve)
    age = (
        words.say("{device} · {span} ago", device=device_name(curve, words), span=words.span(age_ms))
        if fresh
        else words.say("no signal for {span}", span=words.span(age_ms))
    )
    shown = words.number(last.value, 1)
    return ColdChain(
        "live" if fresh else "stale", title, shown, measures.unit(curve.unit), age, _spark(curve.points)
    )


def _stale_after_ms(curve: Curve) -> int:
    """Some periods of the device's own pace."""
    newest = [point.taken_at_ms for point in curve.points[-_SPARK_POINTS:]]
    periods = [b - a for a, b in pairwise(newest)]
    return max(_LEAST_STALE_MS, round(_STALE_AFTER_PERIODS * median(periods)) if periods else 0)


def _spark(points: tuple[Point, ...]) -> str:
    newest = points[-_SPARK_POINTS:]
    values = [point.value for point in newest]
    scale = (_SPARK_HEIGHT - 12) / ((max(values) - min(values)) or 1)
    step = _SPARK_WIDTH / max(1, len(newest) - 1)
    spots = [
        f"{index * step:.0f} {_SPARK_HEIGHT - 6 - (value - min(values)) * scale:.0f}"
        for index, value in enumerate(values)
    ]
    return f"M{'L'.join(spots)}"
