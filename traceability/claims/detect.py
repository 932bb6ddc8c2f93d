"""Finds the claims that a sentence makes."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from traceability.claims.claim import Claim
from traceability.claims.clauses import Clause, clauses
from traceability.claims.data import load, pattern, says
from traceability.claims.moments import Moment, moments
from traceability.claims.names import places_in, varieties_in
from traceability.claims.negation import is_negated
from traceability.claims.quantities import SOMETHING, Quantity, Span, quantities
from traceability.claims.rulebook import Rule, overlaps, rules

Detector = Callable[[str, datetime], Sequence[Claim]]
"""The port for another way to find claims, such as a larger model: a sentence in normal form and the moment
it is said at give its claims. Whether they are true is never the detector's to say."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A clause with all values that it states."""

    clause: Clause
    quantities: tuple[Quantity, ...]
    moments: tuple[Moment, ...]

    @property
    def spans(self) -> list[Span]:
        return [*(each.span for each in self.quantities), *(each.span for each in self.moments)]


@dataclass(frozen=True, slots=True)
class _Found:
    claim: Claim
    gap: int
    """Characters between the words and the value."""


def detect(sentence: str, said_at: datetime) -> list[Claim]:
    """The claims of `sentence` (in normal form), clause by clause."""
    heard = [_heard(clause, said_at) for clause in clauses(sentence)]
    return [
        found.claim
        for number, each in enumerate(heard)
        if each.clause.asserted
        for found in _without_rivals(list(_claims(each, _neighbour(heard, number))))
    ]


def _heard(clause: Clause, said_at: datetime) -> _Heard:
    found = tuple(moments(clause.text, said_at))
    # "Within 3 days" may be a time since then, or how long something took; "3 days ago" is only the former.
    whole_days = [each.span for each in found if not says("within", clause.text[slice(*each.span)])]
    stated = tuple(each for each in quantities(clause.text) if not overlaps(each.span, whole_days))
    return _Heard(clause, stated, found)


def _neighbour(heard: Sequence[_Heard], number: int) -> _Heard | None:
    """The clause that completes this one: "harvested and packed today"."""
    following = heard[number + 1] if number + 1 < len(heard) else None
    if following is None or not (following.clause.joined or _is_bare(following)):
        return None
    return following


def _is_bare(heard: _Heard) -> bool:
    """Whether a clause is nothing but its value: "keep it cold, 0 to 4 degrees"."""
    if not heard.spans:
        return False
    text = heard.clause.text
    for start, end in sorted(heard.spans, reverse=True):
        text = text[:start] + text[end:]
    return len(_FILLING.sub("", text).replace(" ", "")) <= _REST


_FILLING = pattern([*load("speech")["filling"]["zh"], *load("speech")["filling"]["en"]])
_REST = 1
"""Characters that may be left of a bare value."""


def _claims(heard: _Heard, neighbour: _Heard | None) -> Iterator[_Found]:
    for rule in rules():
        if rule.cue is None:
            yield from _named(rule, heard)
            continue
        taken_back = (
            [match.span() for match in rule.unless.finditer(heard.clause.text)] if rule.unless else []
        )
        for cue in rule.cue.finditer(heard.clause.text):
            if overlaps(cue.span(), taken_back):
                continue
            found = _found(rule, cue, heard) or _completed(rule, cue, heard, neighbour)
            if found is not None:
                yield found


def _found(rule: Rule, cue: re.Match[str], heard: _Heard) -> _Found | None:
    choices: list[tuple[int, Moment | Quantity]] = []
    if "moment" in rule.needs:
        choices = [
            (gap, each)
            for each in heard.moments
            if (gap := _moment_gap(heard.clause.text, cue.span(), each.span)) is not None
        ]
    elif rule.needs or rule.topic in ("elapsed", "cold_storage"):
        choices = [
            (_gap(cue.span(), each.span), each)
            for each in heard.quantities
            if _fits(rule, each, heard.clause.text)
        ]
    if not choices:
        needs_one = rule.needs and not _needs_no_value(rule, cue)
        return None if needs_one else _Found(_claim(rule, cue, heard, None), 0)
    # A number with a unit says more than one without.
    gap, value = min(choices, key=lambda choice: (getattr(choice[1], "dimension", None) == "", choice[0]))
    return _Found(_claim(rule, cue, heard, value), gap)


def _needs_no_value(rule: Rule, cue: re.Match[str]) -> bool:
    return "room" in rule.needs and re.search("常温|room temperature", cue[0]) is not None


def _fits(rule: Rule, quantity: Quantity, clause: str) -> bool:
    dimensions = rule.needs or ("duration",)
    if quantity.dimension == "" and "bare" in rule.options and says(rule.options["bare_beside"], clause):
        low, high = rule.options["bare"]
        return bool(low <= min(abs(quantity.low), abs(quantity.high)) <= high)
    if quantity.dimension == "" and "temperature" in dimensions:
        return quantity.high < 0  # "at minus five": nothing else is negative
    return quantity.dimension in dimensions


def _completed(rule: Rule, cue: re.Match[str], heard: _Heard, neighbour: _Heard | None) -> _Found | None:
    """A claim without its value takes that of the clause that completes it."""
    if neighbour is None or not rule.needs or (rule.cue and rule.cue.search(neighbour.clause.text)):
        return None
    if "moment" in rule.needs:
        # A bare number here may be the hour: "it left at 11 and got here at 4:30".
        has_own = heard.moments or any(not each.dimension for each in heard.quantities)
        values: Sequence[Moment | Quantity] = () if has_own else neighbour.moments
    else:
        values = [each for each in neighbour.quantities if each.dimension and _fits(rule, each, "")]
    if not values:
        return None
    start = len(heard.clause.text) + 1
    value = replace(values[0], span=(start + values[0].span[0], start + values[0].span[1]))
    both = f"{heard.clause.text},{neighbour.clause.text}"
    return _Found(replace(_claim(rule, cue, heard, None), clause=both, value=value), 0)


def _claim(rule: Rule, cue: re.Match[str], heard: _Heard, value: Moment | Quantity | None) -> Claim:
    own = [cue.span(), value.span] if value is not None else [cue.span()]
    negated = is_negated(heard.clause.text, own, heard.spans)
    return Claim(rule, cue[0], heard.clause.text, negated, value)


def _named(rule: Rule, heard: _Heard) -> Iterator[_Found]:
    text = heard.clause.text
    named = {"origin": places_in, "variety": varieties_in}.get(rule.topic)
    for name, span in named(text) if named is not None else ():
        yield _Found(
            Claim(rule, text[span[0] : span[1]], text, is_negated(text, [span], heard.spans), None, name), 0
        )
    if rule.topic == "named_analyte":
        if says("nothing_found", text):
            yield _Found(Claim(rule, text, text, negated=False), 0)
        elif says("something_found", text) and not any(
            each.dimension == "residue" for each in heard.quantities
        ):
            yield _Found(Claim(rule, text, text, negated=False, value=SOMETHING), 0)
        for quantity in heard.quantities:
            yield _Found(Claim(rule, "", text, is_negated(text, [quantity.span], heard.spans), quantity), 0)


_GAPS = load("claims")["gaps"]
_AFTER = pattern([_GAPS["after_zh"], _GAPS["after_en"]])
_APART = pattern([_GAPS["apart_zh"], _GAPS["apart_en"]])
_MOST_BEFORE = 40
_BEHIND = 10
"""A time word behind 的 opens what comes next, unless the cue has no other: "7 摘的, 11 装车"."""


def _moment_gap(text: str, cue: Span, moment: Span) -> int | None:
    """How far a moment stands from its cue; None where other words keep them apart."""
    if moment[1] <= cue[0]:
        between = text[moment[1] : cue[0]]
        apart = len(between) > _MOST_BEFORE or _APART.search(between)
        return None if apart else len(between)
    if moment[0] >= cue[1]:
        behind = moment[0] - cue[1] + (_BEHIND if text[moment[0] - 1] == "的" else 0)
        return behind if _AFTER.fullmatch(text, cue[1], moment[0]) else None
    return 0


def _gap(one: Span, other: Span) -> int:
    """Characters between a cue and a value.

    A cue inside the value is a mere unit, which any other cue outbids; a cue around it outbids all.
    """
    if other[0] <= one[0] and one[1] <= other[1]:
        return _MOST_BEFORE
    if one[0] < other[0] and other[1] < one[1]:
        return -1
    return max(other[0] - one[1], one[0] - other[1], 0)


_RIVALS = {
    "lab_value",
    "temperature",
    "humidity",
    "storage_range",
    "cold_storage",
    "age",
    "elapsed",
    "sold",
    "lot_amount",
    "pack_amount",
}


def _without_rivals(found: list[_Found]) -> list[_Found]:
    """A number belongs to the words nearest to it; a moment makes "just picked" more exact."""
    nearest: dict[Span, _Found] = {}
    for each in found:
        if isinstance(each.claim.value, Quantity) and each.claim.rule.topic in _RIVALS:
            held = nearest.setdefault(each.claim.value.span, each)
            if each.gap < held.gap:
                nearest[each.claim.value.span] = each
    exact = any(each.claim.rule.id == "harvest-time" for each in found)
    return [
        each
        for each in found
        if not (exact and each.claim.rule.id in ("just-picked", "age"))
        and (
            each.claim.rule.topic not in _RIVALS
            or not isinstance(each.claim.value, Quantity)
            or nearest[each.claim.value.span].claim.rule is each.claim.rule
        )
    ]
