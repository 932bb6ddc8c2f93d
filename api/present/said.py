"""What is shown of a record beside its step and time, piece by piece; the phone's check writes it anew."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from api.present import measures
from api.present.places import place_name
from api.present.step_names import disposition_name
from api.present.text import plain
from api.words import Words
from traceability.ledger.trace import TracedEvent


def said_of(traced: TracedEvent, is_batch: bool, words: Words) -> str:
    """Place, amounts, readings of a batch, and what became of the goods."""
    return " · ".join(_pieces(traced, is_batch, words))


def _pieces(traced: TracedEvent, is_batch: bool, words: Words) -> Iterator[str]:
    body = traced.event.body
    if place := place_name(traced.event, words):
        yield place
    yield from _quantities(body, words)
    if is_batch:
        yield from _readings(body, words)
    if disposition := disposition_name(traced.event, words):
        yield disposition


def _quantities(body: Mapping[str, Any], words: Words) -> Iterator[str]:
    for field in ("quantityList", "outputQuantityList", "childQuantityList"):
        for element in _dicts(body.get(field)):
            quantity, uom = element.get("quantity"), element.get("uom")
            if isinstance(quantity, int | float) and isinstance(uom, str):
                yield measures.amount(quantity, uom, words)
            elif isinstance(quantity, int | float):
                yield words.say_many("{count} piece", "{count} pieces", round(quantity))
    for field in ("childEPCs", "epcList", "outputEPCList"):
        named = body.get(field)
        if isinstance(named, list) and len(named) > 1:
            yield words.say_many("{count} unit", "{count} units", len(named))


def _readings(body: Mapping[str, Any], words: Words) -> Iterator[str]:
    count, device = body.get("guoji:readingCount"), body.get("guoji:device")
    if isinstance(count, int):
        readings = words.say_many("{count} reading", "{count} readings", count)
        yield f"{plain(device)}: {readings}" if isinstance(device, str) else readings


def _dicts(value: object) -> Iterable[Mapping[str, Any]]:
    elements = value if isinstance(value, list) else []
    return (element for element in elements if isinstance(element, dict))
