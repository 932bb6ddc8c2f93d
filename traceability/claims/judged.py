"""What a claim comes to when it is held against the facts, and the evidence for that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal

from traceability.claims.facts import Happening, Measured, Series


class Truth(Enum):
    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    """The trace says nothing of it, or not enough."""
    EXPIRED = "expired"
    """A certificate for it was valid once."""
    FORBIDDEN = "forbidden"
    """It may not be said, or not without a paper that is not there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing in the trace that a verdict rests on."""

    kind: Literal["event", "lab_result", "curve", "certificate", "trace"]
    key: str | None
    """Of the event whose proof shows it; None where no event of the trace states it."""
    found: Mapping[str, str]
    """What was found, by language."""


@dataclass(frozen=True, slots=True)
class Judged:
    truth: Truth
    evidence: tuple[Evidence, ...] = ()


UNKNOWN = Judged(Truth.UNKNOWN)


def is_true(held: bool, *evidence: Evidence) -> Judged:
    return Judged(Truth.TRUE if held else Truth.FALSE, evidence)


def day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def of_event(happening: Happening, zh: str, en: str) -> Evidence:
    at = day(happening.at)
    return Evidence("event", happening.key, {"zh": f"{at} {zh}", "en": f"{en} on {at}"})


def of_lab(result: Measured) -> Evidence:
    name = {"zh": result.names[0], "en": result.names[-1]} if result.names else {"zh": "?", "en": "?"}
    unit = {"J18": "°Brix", "NA": "mg/kg", "unstated": ""}.get(result.unit, result.unit)
    limit = "" if result.limit is None else f" (限量 {result.limit:g})"
    limit_en = "" if result.limit is None else f" (limit {result.limit:g})"
    value = f"{result.value:g} {unit}".strip()
    return Evidence(
        "lab_result",
        result.key,
        {"zh": f"{name['zh']}：{value}{limit}", "en": f"{name['en']}: {value}{limit_en}"},
    )


def of_curve(series: Series, key: str | None, zh: str, en: str) -> Evidence:
    return Evidence("curve", key, {"zh": f"{series.alias} {zh}", "en": f"{series.alias} {en}"})
