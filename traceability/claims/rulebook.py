"""The rules of the package, ready to be matched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from traceability.claims.data import Pattern, load, pattern

FILES = ("forbidden", "papers", "claims")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of claim: by which words it is known, what it needs, and which topic judges it."""

    id: str
    topic: str
    source: str
    version: str
    cue: Pattern | None
    """None: the topic finds its claims itself, as `topics.FINDERS` says."""
    unless: Pattern | None
    needs: tuple[str, ...]
    suggest: Mapping[str, str]
    options: Mapping[str, Any]
    """What else the rule's table says; the topic knows."""


_KNOWN = {"id", "topic", "source", "zh", "en", "unless", "needs", "suggest"}


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(_rule(row, table["version"]) for table in map(load, FILES) for row in table["rule"])


def _rule(row: Mapping[str, Any], version: str) -> Rule:
    return Rule(
        id=row["id"],
        topic=row["topic"],
        source=row["source"],
        version=version,
        cue=pattern([*row["zh"], *row["en"]]) if row["zh"] else None,
        unless=pattern(row["unless"]) if "unless" in row else None,
        needs=tuple(row.get("needs", ())),
        suggest=row["suggest"],
        options={name: value for name, value in row.items() if name not in _KNOWN},
    )


def overlaps(one: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(one[0] < end and start < one[1] for start, end in others)
