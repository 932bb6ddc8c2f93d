"""From the bytes of a request to validated events."""

from collections.abc import Mapping
from typing import Any

from traceability.epcis.context import effective_context
from traceability.epcis.event import Event
from traceability.epcis.parse import parse_json
from traceability.epcis.profile import profile_faults
from traceability.epcis.validate import Fault, refuse, schema_faults
from traceability.errors import InvalidInput

_LISTS: Mapping[str, tuple[str, ...]] = {
    "EPCISDocument": ("epcisBody", "eventList"),
    "EPCISQueryDocument": ("epcisBody", "queryResults", "resultsBody", "eventList"),
}


def read_document(data: bytes) -> list[Event]:
    """Read an EPCISDocument, an EPCISQueryDocument or a single event: every event of it, or none.

    Raises `InvalidInput` that lists the faults, each with its JSON pointer.
    """
    events = read_each(data)
    refuse([fault for event in events if not isinstance(event, Event) for fault in event])
    return [event for event in events if isinstance(event, Event)]


def read_each(data: bytes) -> list[Event | list[Fault]]:
    """Read the same, judging each event alone: an `Event`, or what is wrong with it.

    Raises `InvalidInput` when the document around the events is at fault.
    """
    document = parse_json(data)
    if not isinstance(document, dict):
        raise InvalidInput(f"found a JSON {type(document).__name__}, want an EPCIS document or event")
    faults = schema_faults(document)
    path = _path(document)
    if not path:
        return [_judge(document, None, (), faults)]
    of_event: dict[tuple[str | int, ...], list[Fault]] = {}
    for fault in faults:
        of_event.setdefault(fault.path[: len(path) + 1], []).append(fault)
    refuse([fault for start, some in of_event.items() if start[:-1] != path for fault in some])
    return [
        _judge(document, event, (*path, index), of_event.get((*path, index), []))
        for index, event in enumerate(events_in(document))
    ]


def events_in(document: Mapping[str, Any]) -> list[Any]:
    """Give the events of a document, which may be one event itself.

    Raises `InvalidInput` if there is no list where the document's type wants one.
    """
    found: Any = document
    for step in _path(document):
        found = found.get(step) if isinstance(found, dict) else None
    if found is document:
        return [document]
    if not isinstance(found, list):
        raise InvalidInput(f"found no list of events in the {document.get('type')}")
    return found


def _path(document: Mapping[str, Any]) -> tuple[str, ...]:
    kind = document.get("type")
    return _LISTS.get(kind, ()) if isinstance(kind, str) else ()


def _judge(
    document: dict[str, Any],
    event: dict[str, Any] | None,
    path: tuple[str | int, ...],
    faults: list[Fault],
) -> Event | list[Fault]:
    if faults:
        return faults
    body = document if event is None else event
    context = effective_context(document, event)
    read = Event(body, context)
    found = [Fault((*path, *fault.path), fault.problem) for fault in profile_faults(body, context)]
    if not found:
        try:
            read.hash()
        except InvalidInput as error:
            found = [Fault(path, str(error))]
    return found or read
