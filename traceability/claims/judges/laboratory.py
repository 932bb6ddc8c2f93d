"""Judges claims of what a laboratory measured."""

import re
from collections.abc import Sequence
from datetime import datetime

from traceability.claims.claim import Claim
from traceability.claims.data import named, says
from traceability.claims.facts import Facts, Happening, Measured
from traceability.claims.judged import UNKNOWN, Evidence, Judged, Truth, is_true, of_lab
from traceability.claims.judges.times import evidence_of
from traceability.claims.quantities import Quantity

_LABORATORY_STEPS = ("inspecting", "sampling")


def lab_value(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """A number against the mean, or against the lowest or highest where the words say so."""
    assert isinstance(claim.value, Quantity)
    names = claim.rule.options["analyte"]
    results = [each for each in facts.measured if any(name in each.analyte for name in names)]
    if not results:
        return UNKNOWN
    result = _meant(claim, results)
    if claim.rule.id == "firmness" and claim.value.dimension and result.unit == "unstated":
        return Judged(Truth.UNKNOWN, (of_lab(result),))
    return is_true(_agrees(claim, result.value), of_lab(result))


def _agrees(claim: Claim, value: float) -> bool:
    stated = claim.value
    assert isinstance(stated, Quantity)
    may_be_less = not says("highest_of", claim.clause) and not says("only", claim.clause)
    if stated.is_exact and says("of_the_best", claim.clause) and may_be_less:
        return stated.low <= value + stated.step / 2
    if stated.high < float("inf") and stated.low == -float("inf") and says("of_the_best", claim.clause):
        return stated.high <= value + stated.step / 2
    return stated.agrees_with(value)


def _meant(claim: Claim, results: Sequence[Measured]) -> Measured:
    lowest = next((each for each in results if says("lowest_of", each.analyte)), None)
    highest = next((each for each in results if says("highest_of", each.analyte)), None)
    mean = next((each for each in results if each not in (lowest, highest)), results[0])
    if claim.negated and isinstance(claim.value, Quantity) and not claim.value.is_exact:
        # "No sample was below 8" is about the lowest, "none was above 15" about the highest.
        return (lowest if claim.value.low == -float("inf") else highest) or mean
    if says("of_the_best", claim.clause):
        return highest or mean
    if says("of_each", claim.clause) and isinstance(claim.value, Quantity) and claim.value.low > 0:
        return lowest or mean
    return mean


def named_analyte(claim: Claim, facts: Facts, on: datetime) -> Judged | None:
    """A number beside the name of something that the laboratory measured, or that nothing of it was found."""
    stated = claim.value if isinstance(claim.value, Quantity) else _NOTHING
    for result in _residues(facts):
        if stated.dimension in ("residue", "") and any(name in claim.clause for name in _short_names(result)):
            if result.limit is not None and says("limit", claim.clause[: stated.span[0]][-_LIMIT_BEFORE:]):
                return is_true(stated.agrees_with(result.limit), of_lab(result))
            return is_true(stated.agrees_with(result.value), of_lab(result))
    return None


_LIMIT_BEFORE = 12
"""Characters before a number in which a word says that it is the limit."""
_NOTHING = Quantity(0, 0, "residue", 0, False, (0, 0))


def _short_names(result: Measured) -> list[str]:
    names = [re.split(r"[,(|，（]", name)[0].strip() for name in result.analyte.split("|")]
    return [name for name in names if len(name) > 1]


def _residues(facts: Facts) -> list[Measured]:
    return [each for each in facts.measured if not says("no_residue", each.analyte)]


def residue_free(claim: Claim, facts: Facts, on: datetime) -> Judged | None:
    """Without a report it may not be said; with one, every value decides.

    No report can show that nothing was sprayed.
    """
    residues = _residues(facts)
    if not residues:
        return None if claim.negated else Judged(Truth.FORBIDDEN)
    found = [each for each in residues if each.value > 0]
    if found:
        return is_true(False, *(of_lab(each) for each in found))
    sprayed = says("sprayed", claim.words)
    return Judged(Truth.UNKNOWN if sprayed else Truth.TRUE, tuple(of_lab(each) for each in residues))


def residue_passed(claim: Claim, facts: Facts, on: datetime) -> Judged:
    residues = _residues(facts)
    if not residues or not _by_that_laboratory(claim, facts):
        return UNKNOWN
    above = [each for each in residues if each.limit is not None and each.value > each.limit]
    says_within = not says("above_limit", claim.words) or says("not_above", claim.words)
    if above:
        return is_true(not says_within, *(of_lab(each) for each in above))
    unlimited = any(each.limit is None for each in residues)
    if says_within and unlimited and not says("report_only", claim.words):
        return Judged(Truth.UNKNOWN, tuple(of_lab(each) for each in residues))
    return is_true(says_within, *(of_lab(each) for each in residues))


def lab_passed(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """Tested or passed: a report or an inspection must say so, and none the opposite."""
    inspections = [each for each in facts.happened(*_LABORATORY_STEPS) if not each.broken]
    above = [each for each in facts.measured if each.limit is not None and each.value > each.limit]
    failed = [each for each in inspections if "non_conformant" in each.disposition]
    negative = says("untested", claim.words) or says("failed_test", claim.clause)
    if (not inspections and not facts.measured) or not _by_that_laboratory(claim, facts):
        return UNKNOWN
    if (failed or above) and says("passed", claim.clause):
        return is_true(negative, *(evidence_of(each) for each in failed), *(of_lab(each) for each in above))
    return is_true(not negative, *_reports(inspections, facts))


def _reports(inspections: Sequence[Happening], facts: Facts) -> list[Evidence]:
    return [evidence_of(each) for each in inspections] or [of_lab(each) for each in facts.measured[:1]]


def _by_that_laboratory(claim: Claim, facts: Facts) -> bool:
    """Whether the laboratory that is named, if one is, is one of the trace."""
    laboratory = named("named_laboratory", claim.clause)
    return laboratory is None or any(laboratory in each.laboratory for each in facts.measured)
