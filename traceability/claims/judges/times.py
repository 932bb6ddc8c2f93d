"""Judges claims of when something happened, how long it took, and whether the goods lay in store."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from traceability.claims.claim import Claim
from traceability.claims.data import says
from traceability.claims.facts import Facts, Happening
from traceability.claims.judged import UNKNOWN, Evidence, Judged, Truth, is_true, of_event
from traceability.claims.moments import Moment, without_day
from traceability.claims.quantities import Quantity

_WORDS = {
    "harvest": ("采收", "harvested"),
    "shipping": ("发货", "shipped"),
    "departing": ("发出", "departed"),
    "receiving": ("到货", "received"),
    "arriving": ("到达", "arrived"),
    "accepting": ("收货", "accepted"),
    "packing": ("包装", "packed"),
    "inspecting": ("检测", "inspected"),
    "sampling": ("取样", "sampled"),
    "storing": ("入库存放", "put into storage"),
    "stocking": ("上架", "stocked"),
}
_LONG_ON_THE_WAY_H = 96
"""What the cold chain holds for longer than this before it is shipped was stored."""
_NOT_EVEN_H = 24
""" "Not one day" denies any stay."""
_STRAIGHT_H = 36
"""Shipped within this of the harvest, the goods were not stored."""


def evidence_of(happening: Happening) -> Evidence:
    return of_event(happening, *_WORDS.get(happening.step, (happening.step, happening.step)))


def event(claim: Claim, facts: Facts, on: datetime) -> Judged | None:
    """A moment: one of the events must lie in it."""
    assert isinstance(claim.value, Moment)
    if claim.value.is_after(on.date()):
        return None
    happened = facts.happened(*claim.rule.options["steps"])
    if not happened:
        return _not_yet(claim.rule.options["steps"], facts)
    moment = claim.value
    if not moment.has_day and says("just", claim.clause):
        moment = without_day(moment, on.date())
    fitting = [each for each in happened if _holds(moment, each, on)]
    if fitting and not moment.has_day and fitting[0].at.astimezone(on.tzinfo).date() < on.date():
        # "In the morning" is true of some morning, and heard as this one.
        return Judged(Truth.UNKNOWN, (evidence_of(fitting[0]),))
    return is_true(bool(fitting), evidence_of((fitting or happened)[0]))


def _holds(moment: Moment, happening: Happening, on: datetime) -> bool:
    """In the zone of the harvest, or in that where it happened: either may be meant."""
    seen = happening.at.astimezone(on.tzinfo), happening.at
    return any(without_day(moment, at.date()).holds(at) for at in seen)


_ARRIVALS = ("receiving", "arriving", "accepting")
_DEPARTURES = ("shipping", "departing")


def _not_yet(steps: Sequence[str], facts: Facts) -> Judged:
    """What left and reached nobody has not arrived; any other step without a record is unknown."""
    left = facts.happened(*_DEPARTURES)
    if not left or not set(steps) <= set(_ARRIVALS) or facts.happened(*_ARRIVALS, "stocking"):
        return UNKNOWN
    return is_true(False, evidence_of(left[-1]))


def arrived(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """That the goods are here; or, by the rule's option, that they are still under way."""
    here = [each for each in facts.happened(*_ARRIVALS) if each.at <= on]
    found = is_true(True, evidence_of(here[-1])) if here else _not_yet(_ARRIVALS, facts)
    if found.truth is Truth.UNKNOWN:
        return found
    return is_true(bool(here) is not claim.rule.options["under_way"], *found.evidence)


def carried_by(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """By air or by sea, as the places tell that the goods left from and came to."""
    stops = facts.happened(*_DEPARTURES, *_ARRIVALS)
    by = {way: [each for each in stops if says(way, each.place.lower())] for way in ("airport", "seaport")}
    if bool(by["airport"]) is bool(by["seaport"]):
        return UNKNOWN
    seen = by["airport"] or by["seaport"]
    return is_true(bool(by["airport"]) is says("by_air", claim.words), *map(evidence_of, seen))


def just_picked(claim: Claim, facts: Facts, on: datetime) -> Judged:
    age_h, harvest = _age(facts, on)
    if harvest is None:
        return UNKNOWN
    if age_h <= claim.rule.options["true_within_h"]:
        return is_true(True, evidence_of(harvest))
    if age_h >= claim.rule.options["false_after_h"]:
        return is_true(False, evidence_of(harvest))
    return Judged(Truth.UNKNOWN, (evidence_of(harvest),))


def age(claim: Claim, facts: Facts, on: datetime) -> Judged:
    assert isinstance(claim.value, Quantity)
    age_h, harvest = _age(facts, on)
    if harvest is None:
        return UNKNOWN
    return is_true(_lasted(claim.value, age_h), evidence_of(harvest))


def to_buyer(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """From the tree to the buyer: no trace holds the delivery, but it may be too late already."""
    assert isinstance(claim.value, Quantity)
    age_h, harvest = _age(facts, on)
    if harvest is None or claim.value.high == float("inf"):
        return UNKNOWN
    late = age_h > claim.value.high + claim.value.step / 2
    return Judged(Truth.FALSE if late else Truth.UNKNOWN, (evidence_of(harvest),))


def _age(facts: Facts, on: datetime) -> tuple[float, Happening | None]:
    harvests = facts.happened("harvest")
    return (_hours(harvests[0].at, on), harvests[0]) if harvests else (0.0, None)


def _hours(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(hours=1)


def _lasted(stated: Quantity, hours: float) -> bool:
    """People round: to the unit that they name, or to a tenth."""
    slack = max(stated.step / 2, 0.1 * hours) if stated.low > 0 and stated.high < float("inf") else 0.0
    return stated.low - slack <= hours <= stated.high + slack


def elapsed(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """The time from the last event of one kind before the first of another."""
    starts, ends = facts.happened(*claim.rule.options["from"]), facts.happened(*claim.rule.options["to"])
    pair = next(((start, end) for end in ends for start in reversed(starts) if start.at <= end.at), None)
    if pair is None:
        return UNKNOWN
    hours = _hours(pair[0].at, pair[1].at)
    if isinstance(claim.value, Quantity):
        held = _lasted(claim.value, hours)
    else:
        held = hours <= claim.rule.options["default_h"]
    return is_true(held, *(evidence_of(each) for each in pair))


def cold_storage(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """Whether the goods were stored between harvest and sale, and for how long."""
    age_h, harvest = _age(facts, on)
    stay = _stay(facts, on)
    if stay is not None:
        store, hours = stay
        fits = (
            not isinstance(claim.value, Quantity)
            or (claim.negated and claim.value.low <= _NOT_EVEN_H)
            or _lasted(claim.value, hours)
            or _lasted(claim.value, age_h)
        )
        return is_true(fits, *(evidence_of(each) for each in (harvest, store) if each is not None))
    if harvest is None:
        return UNKNOWN
    shipped = facts.happened(*_DEPARTURES)
    if _hours(harvest.at, shipped[0].at if shipped else on) <= _STRAIGHT_H:
        return is_true(False, evidence_of(harvest), *(evidence_of(each) for each in shipped[:1]))
    return Judged(Truth.UNKNOWN, (evidence_of(harvest),))


def _stay(facts: Facts, on: datetime) -> tuple[Happening, float] | None:
    """The event that begins a stay in a store, and its hours until the goods leave it."""
    for each in facts.happenings:
        if each.step == "storing" or (each.step != "sensor_reporting" and says("store", each.place.lower())):
            left = next((later.at for later in facts.happened(*_DEPARTURES) if later.at > each.at), on)
            return each, _hours(each.at, left)
    return _long_cold(facts, on)


def _long_cold(facts: Facts, on: datetime) -> tuple[Happening, float] | None:
    harvests, shipped = facts.happened("harvest"), facts.happened(*_DEPARTURES)
    if not harvests or not facts.cold_air:
        return None
    left = shipped[-1].at if shipped else on
    waited = _hours(harvests[0].at, left)
    return (harvests[0], waited) if waited > _LONG_ON_THE_WAY_H else None
