"""Judges claims of what the goods are, where they come from and how much of them there is."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from traceability.claims.claim import Claim
from traceability.claims.data import says
from traceability.claims.facts import Facts, Happening
from traceability.claims.judged import UNKNOWN, Evidence, Judged, Truth, is_true, of_event
from traceability.claims.names import is_kind, lies_in, places_in, places_named, varieties_named
from traceability.claims.normal import normal
from traceability.claims.quantities import Quantity, quantities

_FIELD = re.compile(
    r"(?:(\d+)号(地块?|园|棚|大棚|基地|果园|田))"
    r"|(?:\b(field|block|plot|orchard|greenhouse) (?:no\.? ?|number )?(\d+))"
)
_WITHIN = 0.02
"""Weights may be rounded by this share."""
_ABOUT = 0.1
"""And those that are said to be about right, by this."""


def origin(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """A known place against the known places in the name of the origin."""
    on_record = places_named(" ".join(_origins(facts)))
    if not on_record:
        return Judged(Truth.UNKNOWN, _grown(facts))
    held = any(lies_in(place, claim.name) for place in on_record)
    finer = any(lies_in(claim.name, place) for place in on_record)
    if finer and not held:
        return Judged(Truth.UNKNOWN, _grown(facts))
    return is_true(held, *_grown(facts))


def _origins(facts: Facts) -> list[str]:
    """By all their names; goods of several harvests come from several places."""
    return [*facts.origin.values(), *(each.place for each in facts.happened("harvest"))]


def origin_named(claim: Claim, facts: Facts, on: datetime) -> Judged | None:
    """The origin by its own name; a place of the gazetteer is `origin`'s to judge, a field `field`'s."""
    names = [normal(name) for name in facts.origin.values()]
    parts = [part.strip() for name in names for part in _without_field(name).split(",")]
    if any(part in claim.clause for part in parts if len(part) > 2):
        return is_true(True, *_grown(facts))
    if any(places_in(claim.clause)) or _FIELD.search(claim.clause):
        return None
    return Judged(Truth.UNKNOWN, _grown(facts))


def _without_field(name: str) -> str:
    return _FIELD.sub("", name).strip(" ,")


def field(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """ "Field 3" against the number in the name of the origin."""
    said = {_numbered(match) for match in _FIELD.finditer(claim.words)}
    recorded = {_numbered(match) for name in _origins(facts) for match in _FIELD.finditer(normal(name))}
    return is_true(bool(said & recorded), *_grown(facts)) if recorded else UNKNOWN


def _numbered(match: re.Match[str]) -> str:
    return str(int(match[1] or match[4]))


def _grown(facts: Facts) -> tuple[Evidence, ...]:
    harvests = facts.happened("harvest")
    named = facts.origin
    if not named:
        return ()
    zh, en = (named.get(language) or next(iter(named.values())) for language in ("zh", "en"))
    return (
        Evidence(
            "event",
            harvests[0].key if harvests else None,
            {"zh": f"产地记录：{zh}", "en": f"origin on record: {en}"},
        ),
    )


def variety(claim: Claim, facts: Facts, on: datetime) -> Judged | None:
    if claim.negated and is_kind(claim.name):
        return None  # "no organic strawberries" is about organic
    recorded = varieties_named(facts.varieties)
    comparable = {name for name in recorded if is_kind(name) == is_kind(claim.name)}
    if not comparable:
        return UNKNOWN
    stated = facts.product.get("zh") or facts.product.get("en") or ""
    evidence = Evidence(
        "trace",
        None,
        {"zh": f"品名记录：{stated}", "en": f"name on record: {facts.product.get('en') or stated}"},
    )
    return is_true(claim.name in comparable, evidence)


def pack_amount(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """A weight of one pack against the net content in the product's name, or what a case was packed with."""
    assert isinstance(claim.value, Quantity)
    net = net_kilograms(facts)
    is_case = says("case", claim.clause)
    packings = [each for each in facts.happened("packing") if each.amounts]
    if is_case and packings:
        fitting = [
            each for each in packings if _any_fits(claim.value, (amount.kilograms for amount in each.amounts))
        ]
        return is_true(bool(fitting), of_event((fitting or packings)[0], *_packed((fitting or packings)[0])))
    if net is None or (is_case and not _any_fits(claim.value, [net])):
        return UNKNOWN
    stated = {"zh": f"品名所示净含量 {net:g} kg", "en": f"net content in the product's name: {net:g} kg"}
    return is_true(_any_fits(claim.value, [net]), Evidence("trace", None, stated))


def _packed(packing: Happening) -> tuple[str, str]:
    kilograms = sum(amount.kilograms for amount in packing.amounts)
    return f"装入 {kilograms:g} kg", f"packed {kilograms:g} kg"


def net_kilograms(facts: Facts) -> float | None:
    """The weight that the product's name states."""
    weights = [
        each
        for name in facts.product.values()
        for each in quantities(normal(name))
        if each.dimension == "weight"
    ]
    return weights[0].low if weights else None


def lot_amount(claim: Claim, facts: Facts, on: datetime) -> Judged | None:
    """A weight of the whole lot against every weight that its events state."""
    assert isinstance(claim.value, Quantity)
    net = net_kilograms(facts)
    if net is not None and _any_fits(claim.value, [net]):
        return None  # the product's own name
    weighed = [each for each in facts.happenings if each.amounts]
    harvested = [each for each in weighed if each.step == "harvest"]
    if not weighed:
        return UNKNOWN
    narrowed = harvested if harvested and says("at_harvest", claim.clause) else weighed
    fitting = [each for each in narrowed if _any_fits(claim.value, _totals(each))]
    shown = (fitting or harvested or weighed)[0]
    return is_true(bool(fitting), of_event(shown, *_weighed(shown)))


def _totals(happening: Happening) -> list[float]:
    return [amount.kilograms for amount in happening.amounts]


def _weighed(happening: Happening) -> tuple[str, str]:
    kilograms = max(_totals(happening))
    return f"记录的重量 {kilograms:g} kg", f"weight on record {kilograms:g} kg"


def sold(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """More than the lot held cannot have been sold; less than that is not for the trace to say."""
    assert isinstance(claim.value, Quantity)
    held = held_kilograms(facts)
    stated = claim.value.low if claim.value.low > 0 else claim.value.high
    if claim.value.dimension == "count":
        net = net_kilograms(facts)
        if net is None or not says("consumer_pack", claim.clause):
            return UNKNOWN
        stated *= net
    if held is None or stated <= held[1] * (1 + _WITHIN):
        return UNKNOWN
    return is_true(False, of_event(held[0], *_weighed(held[0])))


def held_kilograms(facts: Facts) -> tuple[Happening, float] | None:
    """What the lot held at most: its packed weight, or what was harvested."""
    outputs = [
        (each, amount.kilograms)
        for each in facts.happenings
        for amount in each.amounts
        if amount.field == "outputQuantityList" or each.step == "harvest"
    ]
    packed = [pair for pair in outputs if pair[0].step != "harvest"]
    return _largest(packed or outputs)


def _largest(pairs: Sequence[tuple[Happening, float]]) -> tuple[Happening, float] | None:
    return max(pairs, key=lambda pair: pair[1], default=None)


def _any_fits(stated: Quantity, weights: Iterable[float]) -> bool:
    slack = _ABOUT if stated.about else _WITHIN
    return any(stated.low - slack * weight <= weight <= stated.high + slack * weight for weight in weights)
