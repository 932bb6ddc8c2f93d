"""What is shown of a record, piece by piece, each beside the value in it: so a phone can compare the two."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.present import measures
from api.present.places import place_id, place_name
from api.present.step_names import disposition_name
from api.present.text import plain
from api.words import Words
from traceability.ledger.trace import TracedEvent


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    value: str
    """As it stands in the record, without what no page shows."""
    before: str = ""
    """Text that goes before it."""


def written(said: Iterable[Said]) -> str:
    return " · ".join(f"{part.before}{part.text}" for part in said)


def said_of(traced: TracedEvent, is_batch: bool, words: Words) -> Iterator[Said]:
    """Place, amounts, readings of a batch, and what became of the goods."""
    body = traced.event.body
    if place := place_name(traced.event, words):
        yield Said(place, plain(place_id(traced.event) or ""))
    yield from _quantities(body, words)
    if is_batch:
        yield from _readings(body, words)
    if disposition := disposition_name(traced.event, words):
        yield Said(disposition, plain(str(body["disposition"])))


def _quantities(body: Mapping[str, Any], words: Words) -> Iterator[Said]:
    for field in ("quantityList", "outputQuantityList", "childQuantityList"):
        for element in _dicts(body.get(field)):
            quantity, uom = element.get("quantity"), element.get("uom")
            if isinstance(quantity, int | float) and isinstance(uom, str):
                yield Said(measures.amount(quantity, uom, words), plain(f"{quantity} {uom}"))
            elif isinstance(quantity, int | float):
                pieces = words.say_many("{count} piece", "{count} pieces", round(quantity))
                yield Said(pieces, str(quantity))
    for field in ("childEPCs", "epcList", "outputEPCList"):
        named = body.get(field)
        if isinstance(named, list) and len(named) > 1:
            units = words.say_many("{count} unit", "{count} units", len(named))
            yield Said(units, str(len(named)))


def _readings(body: Mapping[str, Any], words: Words) -> Iterator[Said]:
    count, device = body.get("guoji:readingCount"), body.get("guoji:device")
    if isinstance(count, int):
        readings = words.say_many("{count} reading", "{count} readings", count)
        yield Said(readings, str(count), f"{plain(device)}: " if isinstance(device, str) else "")


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    elements = value if isinstance(value, list) else []
    return (element for element in elements if isinstance(element, dict))
