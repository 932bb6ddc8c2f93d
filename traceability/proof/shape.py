"""Take JSON objects from outside apart: what is missing, odd or of the wrong kind is named."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from traceability.epcis.values import read_time
from traceability.errors import InvalidInput

LONGEST_TEXT = 2_000
YEARS = range(1970, 3000)
LARGEST = 1e9
"""Of quantities: pages divide by a limit, and must not run into infinity."""


def take(
    value: object,
    where: str,
    required: Mapping[str, Any],
    optional: Mapping[str, Any],
    longest: int = LONGEST_TEXT,
) -> dict[str, Any]:
    """`value` as an object with these names, each of its kind; an optional one that is absent is None."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is not a JSON object")
    kinds = {**required, **optional}
    odd = sorted((value.keys() - kinds.keys()) | (required.keys() - value.keys()))
    if odd:
        raise InvalidInput(
            f"{where} {'lacks' if odd[0] in required else 'has the unknown name'} {odd[0]!r:.80}"
        )
    for name, found in value.items():
        if not isinstance(found, kinds[name]) or isinstance(found, bool):
            raise InvalidInput(f"{name} of {where} is of the wrong kind: {found!r:.60}")
        if isinstance(found, str) and len(found) > longest:
            raise InvalidInput(f"{name} of {where} has {len(found)} characters, want at most {longest}")
    return dict.fromkeys(kinds) | value


def a_time(value: str, what: str) -> datetime:
    """An RFC 3339 time with its time zone, in the years of events."""
    moment = read_time(value)
    if moment is None or moment.year not in YEARS:
        raise InvalidInput(f"{what} is {value!r:.40}, want a time such as 2026-11-20T06:30:00Z")
    return moment


def a_number(value: float, what: str, least: float = -LARGEST) -> float:
    if not least <= value <= LARGEST:
        raise InvalidInput(f"{what} is {value:g}, want {least:g} to {LARGEST:g}")
    return value


def names(value: object, what: str) -> Mapping[str, str]:
    """A text by language, "zh" and "en"; plain text is in both."""
    if isinstance(value, str):
        value = {"zh": value, "en": value}
    found = take(value, what, {}, {"zh": str, "en": str})
    texts = {language: text for language, text in found.items() if text}
    if not texts:
        raise InvalidInput(f"{what} is empty, want text, or text by zh and en")
    return texts
