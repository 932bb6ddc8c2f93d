"""What the places of events are called, and the order in which goods passed them."""

import re
from dataclasses import dataclass

from api.present.text import plain
from api.words import Words
from traceability.epcis.event import Event
from traceability.ledger import extensions
from traceability.ledger.trace import Trace, TracedEvent

_LETTERS_ACROSS = 40
"""Of the size of a stop's name, on a phone 320 px wide."""
_SHORTEST = 8
"""Letters that any stop takes: its day stands under it."""


@dataclass(frozen=True, slots=True)
class Stop:
    name: str
    day: str


@dataclass(frozen=True, slots=True)
class Route:
    stops: tuple[Stop, ...]
    is_upright: bool
    """Whether the line runs downwards: beside each other, the names would break within a word."""


def place_name(event: Event, words: Words) -> str | None:
    """The name that the event gives its place, else the place's numbers; None if it names no place."""
    place = place_id(event)
    if place is None:
        return None
    gln, _, extension = plain(place).removeprefix("https://id.gs1.org/414/").partition("/254/")
    numbers = f"GLN {gln} {extension}".rstrip() if gln.isdigit() else gln
    return words.name(extensions.place_name(event)) or numbers


def place_id(event: Event) -> str | None:
    """Where it happened: the read point, else the business location."""
    for field in ("readPoint", "bizLocation"):
        match event.body.get(field):
            case {"id": str(found)}:
                return found
    return None


def route(trace: Trace, words: Words) -> Route:
    stops = _stops(trace, words)
    longest = max((len(word) for stop in stops for word in _unbreakable(stop.name)), default=0)
    return Route(stops, len(stops) * max(longest, _SHORTEST) > _LETTERS_ACROSS)


def _unbreakable(name: str) -> list[str]:
    """Latin words and numbers: Chinese breaks anywhere."""
    return re.findall(r"[!-\u024f]+", name)


def _stops(trace: Trace, words: Words) -> tuple[Stop, ...]:
    """Where the goods came through, each site once in a row; what is about sensors is no stop."""
    passed: list[tuple[str, TracedEvent]] = []
    for traced in trace.events:
        site = (place_id(traced.event) or "").partition("/254/")[0]
        elsewhere = not passed or passed[-1][0] != site
        tells = not (traced.voided or traced.claimed or _is_about_sensors(traced))
        if site and elsewhere and tells:
            passed.append((site, traced))
    return tuple(
        Stop(place_name(traced.event, words) or "", words.day(traced.event.event_time))
        for _, traced in passed
    )


def _is_about_sensors(traced: TracedEvent) -> bool:
    return traced.event.step == "sensor_reporting" or traced.event.kind == "AssociationEvent"
