"""The whole trace page as one value: what the template writes down, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from api.present import measures
from api.present.curves import CurveCard, curve_card, excursion_sentence, longest, span_of_values
from api.present.custody import CustodyList, custody
from api.present.exposure import ShelfLifeCard, shelf_life_card
from api.present.findings import FindingLine, finding_lines
from api.present.fitting import Fitting, fitting
from api.present.grades import GradeLine, grades
from api.present.identity import Identity, identity
from api.present.lab import LabReport, lab_reports, sugar
from api.present.parties import harvest, origin
from api.present.phone_check import CheckStep, check_scripts, check_steps, check_words
from api.present.places import Route, route
from api.present.promise import Promise, promise
from api.present.recall import Recalls, recalls
from api.present.steps import Group, timeline
from api.present.text import plain
from api.present.verdict import Badge, of_trace
from api.qr import QrCode, qr_code, scan_url
from api.words import Words, message
from traceability.gs1 import digital_link
from traceability.ledger import extensions
from traceability.ledger.trace import Trace

_KNOWN_LABEL = message("private test chain, editable by its operator")
CODES = {
    "00": message("Shipping unit"),
    "01": message("Product"),
    "10": message("Lot"),
    "21": message("Item"),
}

MOST_ALERTS = 3
"""Of one curve; the curve itself names more."""
MOST_UNFOLDED = 2

_FIRST_IN_FIELD = ("air_temperature", "soil_moisture")
"""What tells a shopper most about how it grew."""


@dataclass(frozen=True, slots=True)
class Fact:
    value: str | None
    """None where nothing is recorded, and the page says so."""
    label: str
    harvest: str = ""
    """Key of the record whose day it is; of any other fact empty."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class TracePage:
    subject: str
    url: str
    """Of this page, for paper."""
    host: str
    qr: QrCode
    """Of the same."""
    identity: Identity | None
    product: str
    named_by: str
    """Key of the record that gives the product this name; empty where several do together, or none."""
    origin: str | None
    identifiers: tuple[Identifier, ...]
    badge: Badge
    recalls: Recalls
    facts: tuple[Fact, ...]
    alerts: tuple[str, ...]
    staged: tuple[str, ...]
    chain_label: str | None
    groups: tuple[Group, ...]
    lost: bool
    """Whether records are lost here: then what the phone finds of the others is no verdict on the whole."""
    is_cut: bool
    """Whether the history reaches further than is shown."""
    claims_left_out: str
    """Empty if there are none."""
    cold: tuple[CurveCard, ...]
    shelf_life: ShelfLifeCard | None
    field: tuple[CurveCard, ...]
    field_folded: tuple[CurveCard, ...]
    """The other stations' curves, which only some readers open."""
    reports: tuple[LabReport, ...]
    promise: Promise | None
    custody: CustodyList
    findings: tuple[FindingLine, ...]
    fitting: Fitting
    route: Route
    grades: tuple[GradeLine, ...]
    proof_url: str
    check_steps: tuple[CheckStep, ...]
    check_scripts: tuple[str, ...]
    check_words: Mapping[str, Mapping[str, str]]
    """What check.js says."""
    command: str
    made_at: str
    made_at_ms: int
    """What was captured later is not on the page."""


def trace_page(trace: Trace, words: Words, public_url: str) -> TracePage:
    link = digital_link.parse(trace.subject)
    field, told = _field_cards(trace, words), recalls(trace, words)
    is_recalled = bool(told.holding)
    proof_url = f"/proof?subject={quote(trace.subject, safe='')}"
    return TracePage(
        subject=trace.subject,
        url=f"{public_url}{urlsplit(trace.subject).path}",
        host=public_url,
        qr=qr_code(scan_url(public_url, trace.subject)),
        identity=identity(trace, words),
        product=product_name(trace, words),
        named_by=_named_by(trace),
        origin=origin(trace, words),
        identifiers=tuple(Identifier(words.say(CODES.get(ai, ai)), plain(value)) for ai, value in link.path),
        badge=of_trace(trace, words),
        recalls=told,
        # What is recalled is not to look good.
        facts=() if is_recalled else facts(trace, words),
        alerts=alerts(trace, words),
        staged=tuple(shown for staged in trace.staged if (shown := words.name(staged))),
        chain_label=chain_label(trace, words),
        groups=timeline(trace, words),
        lost=trace.lost > 0,
        is_cut=trace.is_cut,
        claims_left_out=_claims_left_out(trace.claims_left_out, words),
        cold=tuple(curve_card(curve, words) for curve in trace.curves if curve.cold_chain),
        shelf_life=None if is_recalled else shelf_life_card(trace, words),
        field=field[:MOST_UNFOLDED],
        field_folded=field[MOST_UNFOLDED:],
        reports=lab_reports(trace, words),
        promise=promise(trace, words),
        custody=custody(trace, words),
        findings=finding_lines(trace.findings, words),
        fitting=fitting(trace, words),
        route=route(trace, words),
        grades=grades(trace, words),
        proof_url=proof_url,
        check_steps=check_steps(words),
        check_scripts=check_scripts(trace),
        check_words=check_words(words),
        command=f"guoji verify '{public_url}{proof_url}' --trust trust.txt",
        made_at=words.moment(trace.made_at),
        made_at_ms=round(trace.made_at.timestamp() * 1000),
    )


def product_name(trace: Trace, words: Words) -> str:
    return words.name(trace.product) or words.say("Product without a name")


def _named_by(trace: Trace) -> str:
    counting = (each for each in trace.events if not (each.voided or each.claimed))
    names = ((each.key, extensions.master_data(each.event).get("guoji:name")) for each in counting)
    return next((key for key, name in names if name and extensions.texts(name) == trace.product), "")


def facts(trace: Trace, words: Words) -> tuple[Fact, ...]:
    """Three: the day of harvest, sweetness or else what the laboratory found, the range of the journey."""
    cold = tuple(c for c in trace.curves if c.cold_chain and c.metric in measures.TEMPERATURES)
    day, picked = words.day(trace.harvested_at) if trace.harvested_at else None, harvest(trace)
    return (
        Fact(day, words.say("Harvested"), picked.key if picked else ""),
        _sweetness(trace, words),
        Fact(span_of_values(cold, words), words.say("Measured"), note=_unmeasured(trace, words)),
    )


def _unmeasured(trace: Trace, words: Words) -> str:
    """How long since harvest nothing was measured; empty if that is not known, or never."""
    left = trace.remaining
    if left is None or not left.unknown_ms:
        return ""
    return words.say("{span} without readings", span=words.span(left.unknown_ms))


def _sweetness(trace: Trace, words: Words) -> Fact:
    sweetness = sugar(trace.lab_results)
    if sweetness is not None:
        return Fact(f"{words.number(sweetness.value, 1)} °Bx", words.say("Sweetness"))
    limited = [line for report in lab_reports(trace, words) for line in report.lines if line.limit]
    if not limited:
        return Fact(None, words.say("Sweetness"))
    within = sum(not line.over for line in limited)
    return Fact(f"{within} / {len(limited)}", words.say("Values within limits"))


def alerts(trace: Trace, words: Words) -> tuple[str, ...]:
    """When the goods left their range: about the goods, whatever the verdict on the records."""
    return tuple(
        excursion_sentence(excursion, curve, words)
        for curve in trace.curves
        if curve.cold_chain
        for excursion in longest(curve.excursions, MOST_ALERTS)
    )


def chain_label(trace: Trace, words: Words) -> str | None:
    return words.say(plain(trace.chain_label)) if trace.chain_label is not None else None


def _field_cards(trace: Trace, words: Words) -> tuple[CurveCard, ...]:
    """Of the stations: one curve of each of the metrics that tell most, then the others."""
    curves = [curve for curve in trace.curves if not curve.cold_chain]
    first = [
        found
        for metric in _FIRST_IN_FIELD
        if (found := next((curve for curve in curves if curve.metric == metric), None)) is not None
    ]
    others = [curve for curve in curves if curve not in first]
    return tuple(curve_card(curve, words) for curve in (*first, *others))


def _claims_left_out(count: int, words: Words) -> str:
    told = words.say_many(
        "{count} more claim by a party not known to have held the goods is not shown.",
        "{count} more claims by parties not known to have held the goods are not shown.",
        count,
    )
    return told if count else ""
