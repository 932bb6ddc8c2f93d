"""What a livestream shows of a trace at one moment: all of it, so that no update depends on one before."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median

import orjson

from api.present import measures
from api.present.curves import device_name, excursion_sentence, span_of_values
from api.present.lab import LabReport, lab_reports
from api.present.parties import grown_at
from api.present.recall import recalls
from api.present.text import plain
from api.present.trace import CODES, Fact, facts, product_name
from api.present.verdict import of_trace, waits
from api.words import Words
from traceability.gs1 import digital_link
from traceability.ledger.trace import Curve, Trace
from traceability.proof.verdict import Contradicted, TraceVerified, Unchecked

_STALE_AFTER_PERIODS = 3
_LEAST_STALE_MS = 15_000
_PACE_POINTS = 60
"""So many of the newest tell the pace of a device."""


@dataclass(frozen=True, slots=True)
class ColdChain:
    freshness: str
    """"live", "stale" (news stopped arriving), "ended" (the journey is over) or "none"."""
    title: str
    value: str
    unit: str
    age: str
    """How old the value is, or why there is none."""
    device: str = ""
    """What measures it, while the journey lasts."""
    at_ms: int = 0
    """By the server's clock, when this was true."""
    taken_at_ms: int | None = None
    """When the value was measured; None where no age goes on."""
    stale_after_ms: int = 0
    """At which age no news means that something is wrong."""


@dataclass(frozen=True, slots=True)
class OverlayState:
    state: str
    word: str
    claim: str
    """What this server found, as its word: neither the picture nor the seal proves it."""
    product: str
    origin: str
    called: str
    """The lot, the item or the shipping unit by its number."""
    facts: tuple[Fact, ...]
    """None of goods that are recalled: nothing then speaks for them."""
    lab: str
    """What the laboratory found; empty for goods that are recalled."""
    lab_standing: str
    """"within" its limits, "over" one of them, "stated" without any, or "none"."""
    lab_by: str
    alert: str
    """What to do about a recall, else when the cold chain was broken for longest; empty while all is well."""
    staged: str
    """Empty if nothing is staged, and the chain is no test."""
    cold: ColdChain


def overlay_state(trace: Trace, words: Words, since_made_ms: int) -> OverlayState:
    """`since_made_ms`: how long ago `trace` was made, so that ages go on while it stays the newest."""
    badge, recall = of_trace(trace, words), next(iter(recalls(trace, words).holding), None)
    reports = lab_reports(trace, words) if recall is None else ()
    return OverlayState(
        state=badge.state if recall is None else "recalled",
        word=badge.word if recall is None else recall.title,
        claim=_found(trace, words) if recall is None else words.say("as this server states"),
        product=product_name(trace, words),
        origin=grown_at(trace, words) or words.say("Origin not recorded"),
        called=_called(trace.subject, words),
        facts=facts(trace, words)[:2] if recall is None else (),
        lab=_lab(reports, words) if recall is None else "",
        lab_standing=_lab_standing(reports),
        lab_by=_lab_by(trace, words) if recall is None else "",
        alert=_broken(trace, words) if recall is None else recall.advice or "",
        staged=_staged(trace, words),
        cold=_cold(trace, words, since_made_ms),
    )


def _found(trace: Trace, words: Words) -> str:
    match trace.verdict:
        case Contradicted():
            return words.say("This server's own check failed")
        case _ if trace.lost:
            return words.say("This server has lost some of its records")
        case TraceVerified(verified, total, through) if verified == total:
            return words.say_many(
                "This server states: {count} record in the public log, anchored {through}",
                "This server states: all {count} records in the public log, anchored {through}",
                total,
                through=words.moment(through),
            )
        case TraceVerified(verified, total, through):
            return words.say(
                "This server states: {verified} of {total} records anchored, newest {through}",
                verified=verified,
                total=total,
                through=words.moment(through),
            )
        case Unchecked() as unchecked if waits(unchecked):
            return words.say("This server states: recorded, and not yet anchored")
    return words.say("This server could not check it")


def _called(subject: str, words: Words) -> str:
    code, number = digital_link.parse(subject).path[-1]
    return f"{words.say(CODES.get(code, code))} {plain(number)}"


def _broken(trace: Trace, words: Words) -> str:
    """For how long at worst, not when last: a minute at the edge is not what a viewer must know."""
    broken = [(each, curve) for curve in trace.curves if curve.cold_chain for each in curve.excursions]
    if not broken:
        return ""
    worst, curve = max(broken, key=lambda found: found[0].length_ms)
    return words.say("The cold chain was broken") + f" · {excursion_sentence(worst, curve, words)}"


def _staged(trace: Trace, words: Words) -> str:
    if trace.staged:
        return words.say("Demonstration data")
    return words.say("Test chain") if trace.chain_label is not None else ""


def encoded(state: OverlayState) -> bytes:
    return orjson.dumps(asdict(state))


def _lab(reports: Sequence[LabReport], words: Words) -> str:
    lines = [line for report in reports for line in report.lines]
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


def _lab_standing(reports: Sequence[LabReport]) -> str:
    lines = [line for report in reports for line in report.lines]
    if any(line.over for line in lines):
        return "over"
    if any(line.limit for line in lines):
        return "within"
    return "stated" if lines else "none"


def _lab_by(trace: Trace, words: Words) -> str:
    """The name of its own making, called so: the number that it stands for is on the page of the goods."""
    newest = max(trace.lab_results, key=lambda result: result.tested_at, default=None)
    if newest is None:
        return ""
    name = words.name(newest.laboratory)
    by = words.say("calls itself {name}", name=name) if name else f"GLN {plain(newest.submitter)}"
    return f"{by} · {words.date(newest.tested_at)}"


def _cold(trace: Trace, words: Words, since_made_ms: int) -> ColdChain:
    curves = [c for c in trace.curves if c.cold_chain and c.metric in measures.TEMPERATURES and c.points]
    curve = max(curves, key=lambda c: (c.live, c.points[-1].taken_at_ms), default=None)
    title = words.say("Cold chain")
    if curve is None:
        return ColdChain("none", title, "–", "", words.say("not recorded"))
    last = curve.points[-1]
    if not curve.live:
        ended = words.say("journey over, measured until {moment}", moment=words.moment_ms(last.taken_at_ms))
        value, _, unit = (span_of_values((curve,), words) or "").rpartition(" ")
        return ColdChain("ended", title, value, unit, ended)
    at_ms = round(trace.made_at.timestamp() * 1000) + since_made_ms
    age_ms, stale_after_ms = max(0, at_ms - last.taken_at_ms), _stale_after_ms(curve)
    fresh, span = age_ms <= stale_after_ms, words.span(age_ms)
    return ColdChain(
        "live" if fresh else "stale",
        title,
        words.number(last.value, 1),
        measures.unit(curve.unit),
        words.say("{span} ago", span=span) if fresh else words.say("no signal for {span}", span=span),
        device_name(curve, words),
        at_ms,
        last.taken_at_ms,
        stale_after_ms,
    )


def _stale_after_ms(curve: Curve) -> int:
    """Some periods of the device's own pace."""
    newest = [point.taken_at_ms for point in curve.points[-_PACE_POINTS:]]
    periods = [b - a for a, b in pairwise(newest)]
    return max(_LEAST_STALE_MS, round(_STALE_AFTER_PERIODS * median(periods)) if periods else 0)
