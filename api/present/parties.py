"""Who says something: its number first, since the name is of its own making."""

from collections.abc import Mapping

from api.present.text import plain
from api.words import Words
from traceability.ledger import extensions
from traceability.ledger.trace import Trace, TracedEvent


def party(gln: str, name: Mapping[str, str], words: Words) -> str:
    number = f"GLN {plain(gln)}"
    called = words.name(name)
    return words.say("{number}, which calls itself {name}", number=number, name=called) if called else number


def origin(trace: Trace, words: Words) -> str | None:
    """The place of harvest with the number of who says so; None if no place is recorded."""
    place = words.name(trace.origin)
    said_by = next((plain(traced.submitter) for traced in trace.events if _names_origin(traced, trace)), None)
    if place is None or said_by is None:
        return place
    return words.say("{place} · says GLN {number}", place=place, number=said_by)


def _names_origin(traced: TracedEvent, trace: Trace) -> bool:
    event = traced.event
    at_its_time = event.is_harvest and event.event_time == trace.harvested_at
    return at_its_time and not traced.voided and extensions.place_name(event) == trace.origin
