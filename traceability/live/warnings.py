"""From what the checker says of a sentence to the records that tell it, and the level of its warning."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from traceability.claims.check import Checked, Verdict
from traceability.claims.facts import Facts
from traceability.live.corrections import correction
from traceability.live.data import load
from traceability.live.record import Kind, NewRecord, Record

MOST_EVIDENCE = 5
LONGEST_FOUND = 200
"""Characters of one piece of evidence, and of a suggestion: names in them come from outside."""

NOT_JUDGED = "not_judged"
"""In the place of a verdict: the records of the lot could not be looked at when it was said."""

_TABLE = load("levels")
VERSION: str = _TABLE["version"]


class Level(IntEnum):
    HINT = 1
    BLOCKED = 2
    """The point cannot be shown."""
    STRUCK = 3
    """The overlay says what is right instead."""


class Way(StrEnum):
    """How a sentence comes to viewers."""

    POINT = "point"
    """The host wants it on the overlay."""
    SHOWN = "shown"
    """It is on the overlay."""
    SAID = "said"
    """A transcript has it."""


def level_of(way: Way, verdict: Verdict) -> Level | None:
    """None: nothing to warn of."""
    number = _TABLE[way].get(verdict.value)
    return None if number is None else Level(number)


def answers_to(warning: Record) -> tuple[str, ...]:
    """What the host may answer."""
    return tuple(_TABLE["answers"][f"{warning.body['about']}-{warning.body['level']}"])


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence, and what it was held against."""

    checked: Checked
    facts: Facts | None
    on: datetime
    offer: str | None
    """Code of the offer that it is about."""

    @property
    def verdict(self) -> str:
        """`NOT_JUDGED` for words that say nothing by themselves, of a lot whose records are away."""
        is_blind = self.offer is not None and self.facts is None
        return (
            NOT_JUDGED
            if is_blind and self.checked.verdict is Verdict.NO_CLAIM
            else self.checked.verdict.value
        )


def said_record(judged: Judged, name: str, at_ms: int, times: int, warned_as: str | None) -> NewRecord:
    """`name`: of the sentence; `times`: how often it was said within a minute."""
    body = {
        "id": name,
        "text": judged.checked.text,
        "said_at_ms": round(judged.on.timestamp() * 1000),
        "times": times,
        "warned_as": warned_as,
        "offer": judged.offer,
    }
    return NewRecord(at_ms, Kind.SAID, body | verdict_json(judged.checked) | {"verdict": judged.verdict})


def warning_record(way: Way, judged: Judged, of: str | int, at_ms: int, lang: str) -> NewRecord | None:
    """None if there is nothing to warn of.

    `of`: the name of what was said, or the number of a point; `lang`: what the room's overlay speaks.
    """
    checked = judged.checked
    level = level_of(way, checked.verdict)
    if level is None:
        return None
    struck = level is Level.STRUCK
    body = {
        "level": level.value,
        "levels": VERSION,
        "about": "said" if way is Way.SAID else "point",
        "of": of,
        "offer": judged.offer,
        "verdict": checked.verdict.value,
        "rule": _rule(checked),
        "found": _short(checked.evidence[0].found) if checked.evidence else None,
        "suggestion": _suggestion(checked),
        "correction": correction(checked, judged.facts, judged.on, lang) if struck else None,
    }
    return NewRecord(at_ms, Kind.WARNED, body)


def verdict_json(checked: Checked) -> dict[str, Any]:
    """All but the words."""
    evidence = [
        {"kind": each.kind, "key": each.key, "found": _short(each.found)}
        for each in checked.evidence[:MOST_EVIDENCE]
    ]
    return {
        "verdict": checked.verdict.value,
        "rule": _rule(checked),
        "evidence": evidence,
        "suggestion": _suggestion(checked),
    }


def _rule(checked: Checked) -> dict[str, str] | None:
    rule = checked.rule
    return None if rule is None else {"id": rule.id, "source": rule.source, "version": rule.version}


def _suggestion(checked: Checked) -> str | None:
    """None where a name has made it too long to be said."""
    said = checked.suggestion
    return said if said is None or len(said) <= LONGEST_FOUND else None


def _short(found: Mapping[str, str]) -> dict[str, str]:
    return {language: text[:LONGEST_FOUND] for language, text in found.items()}
