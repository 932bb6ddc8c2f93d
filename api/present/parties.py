"""Who says something: its number first, since the name is of its own making."""

from collections.abc import Mapping

from api.present.places import place_name
from api.present.text import plain
from api.words import Words
from traceability.ledger import extensions
from traceability.ledger.trace import Trace, TracedEvent


def party(gln: str, name: Mapping[str, str], words: Words, registered: str = "") -> str:
    """By the name of its own making, or else by that which the operator `registered`."""
    number = f"GLN {plain(gln)}"
    if called := words.name(name):
        return words.say("{number}, which calls itself {name}", number=number, name=called)
    if called := plain(registered):
        return words.say("{number}, registered here as {name}", number=number, name=called)
    return number


def contact(gln: str, name: Mapping[str, str], words: Words, registered: str = "") -> str:
    """The same for whoever wants to ask: a name first, by which one can be found."""
    number = f"GLN {plain(gln)}"
    called = plain(registered) or words.name(name)
    return words.say("{name} ({number})", name=called, number=number) if called else number


def origin(trace: Trace, words: Words) -> str | None:
    """The place of harvest with the number of who says so; None if no place is recorded."""
    said, place = harvest(trace), grown_at(trace, words)
    if said is None or place is None:
        return place
    submitter = party(said.submitter, {}, words, said.registered)
    if place == party(said.submitter, {}, words):
        return words.say("Origin: {place}", place=submitter)
    if words.name(trace.origin) is None:
        place = words.say("Origin: {place}", place=place)
    return words.say("{place} · says {party}", place=place, party=submitter)


def grown_at(trace: Trace, words: Words) -> str | None:
    """The place of harvest by its name, or else by its numbers."""
    said = harvest(trace)
    return words.name(trace.origin) if said is None else place_name(said.event, words)


def harvest(trace: Trace) -> TracedEvent | None:
    """The record that tells day and place of it."""
    return next((traced for traced in trace.events if _names_origin(traced, trace)), None)


def _names_origin(traced: TracedEvent, trace: Trace) -> bool:
    event = traced.event
    at_its_time = event.is_harvest and event.event_time == trace.harvested_at
    tells = at_its_time and not (traced.voided or traced.claimed)
    return tells and extensions.place_name(event) == trace.origin
