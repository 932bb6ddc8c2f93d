"""Checks one sentence against the facts of a trace: the feature's front door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from traceability.claims.claim import Claim
from traceability.claims.detect import Detector, detect
from traceability.claims.facts import Facts
from traceability.claims.judged import Evidence, Judged, Truth
from traceability.claims.judges.topics import JUDGES
from traceability.claims.normal import language_of, normal
from traceability.claims.rulebook import Rule
from traceability.claims.safe import fill, safe_words, said_safely
from traceability.errors import InvalidInput

MAX_CHARACTERS = 500


class Verdict(Enum):
    """Most serious first: a sentence with several claims gets the first of theirs."""

    FORBIDDEN = "forbidden"
    CONTRADICTED = "contradicted"
    EXPIRED = "expired"
    UNSUPPORTED = "unsupported"
    SUPPORTED = "supported"
    NO_CLAIM = "no_claim"


@dataclass(frozen=True, slots=True)
class Checked:
    text: str
    """As it was said."""
    verdict: Verdict
    rule: Rule | None
    """None if there is no claim."""
    evidence: tuple[Evidence, ...]
    suggestion: str | None
    """Safer words in the sentence's language; None where there is nothing to change."""


_Judgement = tuple[Verdict, Claim, Judged]
_ORDER = {verdict: number for number, verdict in enumerate(Verdict)}
_BETWEEN = {"zh": "；", "en": "; "}
_NOTHING_KNOWN = {
    "zh": "这一项没有记录，我先不说",
    "en": "I have no record of that, so I leave it out",
}


def check(text: str, facts: Facts, said_at: datetime, find: Detector = detect) -> Checked:
    """What `text`, said at `said_at` (with its zone) of the goods in `facts`, comes to.

    Raises `InvalidInput` for a text of more than 500 characters.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"sentence has {len(text)} characters, want at most {MAX_CHARACTERS}")
    local = said_at.astimezone(facts.zone)
    verdicts = _verdicts(text, facts, local, find)
    if not verdicts:
        return Checked(text, Verdict.NO_CLAIM, None, (), None)
    verdict, claim, found = min(verdicts, key=_seriousness)
    evidence = found.evidence if verdict is not Verdict.SUPPORTED else _all_evidence(verdicts)
    faults = sorted((each for each in verdicts if each[0] is not Verdict.SUPPORTED), key=_seriousness)
    suggestion = _suggestion(text, [each.rule for _, each, _ in faults], facts, local) if faults else None
    return Checked(text, verdict, claim.rule, evidence, suggestion)


def _seriousness(judgement: _Judgement) -> int:
    return _ORDER[judgement[0]]


def _verdicts(text: str, facts: Facts, local: datetime, find: Detector) -> list[_Judgement]:
    return [
        (_verdict(claim, found, facts), claim, found)
        for claim in find(normal(text), local)
        if (found := JUDGES[claim.rule.topic](claim, facts, local))
    ]


def _all_evidence(verdicts: Sequence[_Judgement]) -> tuple[Evidence, ...]:
    return tuple(each for _, _, found in verdicts for each in found.evidence)


def _verdict(claim: Claim, judged: Judged, facts: Facts) -> Verdict:
    match judged.truth:
        case Truth.FORBIDDEN:
            return Verdict.FORBIDDEN
        case Truth.EXPIRED:
            return Verdict.SUPPORTED if claim.negated else Verdict.EXPIRED
        case Truth.UNKNOWN:
            return Verdict.UNSUPPORTED
        case Truth.TRUE | Truth.FALSE:
            if (judged.truth is Truth.TRUE) is claim.negated:
                return Verdict.CONTRADICTED
            # What rests on a broken proof is shown by nothing.
            return Verdict.UNSUPPORTED if _is_broken(judged, facts) else Verdict.SUPPORTED


def _is_broken(judged: Judged, facts: Facts) -> bool:
    broken = {each.key for each in facts.happenings if each.broken}
    return any(each.key in broken for each in judged.evidence if each.key is not None)


def _suggestion(text: str, rules: Sequence[Rule], facts: Facts, on: datetime) -> str:
    """Words to say instead of all that is at fault: about the same if the trace holds it, else what it shows.

    Names in a trace are hostile, so each is judged like any other words.
    """
    language = language_of(text)
    words = safe_words(facts, on, language)
    templates = dict.fromkeys(rule.suggest[language] for rule in rules if rule.suggest[language] != "{safe}")
    same = [each for template in templates if (each := fill(template, words)) and _is_safe(each, facts, on)]
    if same:
        return _BETWEEN[language].join(same)
    offered = (each for each in said_safely(words, language) if _is_safe(each, facts, on))
    return next(offered, _NOTHING_KNOWN[language])


def _is_safe(text: str, facts: Facts, on: datetime) -> bool:
    return all(verdict is Verdict.SUPPORTED for verdict, _, _ in _verdicts(text, facts, on, detect))
