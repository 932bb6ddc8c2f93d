"""From the bytes of a request to validated events."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from traceability.epcis.context import effective_context
from traceability.epcis.event import Event
from traceability.epcis.parse import parse_json
from traceability.epcis.profile import profile_faults
from traceability.epcis.validate import Fault, refuse, schema_faults
from traceability.epcis.vocabulary import STANDARD_CONTEXT
from traceability.errors import CaptureTooLarge, InvalidInput

Judged = Event | list[Fault]
"""An event, or what is wrong with it."""
Check = Callable[[Sequence[Event]], Sequence[list[Fault]]]
"""What else is wrong with each of some events that EPCIS and the profile allow."""

_LISTS: Mapping[str, tuple[str, ...]] = {
    "EPCISDocument": ("epcisBody", "eventList"),
    "EPCISQueryDocument": ("epcisBody", "queryResults", "resultsBody", "eventList"),
}
_PORTION = 100
_Path = tuple[str | int, ...]
_AROUND = {
    "@context": STANDARD_CONTEXT,
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-01-01T00:00:00Z",
}
"""A sound document for events that are judged alone."""


def _nothing(events: Sequence[Event]) -> Sequence[list[Fault]]:
    return [[] for _ in events]


def read_document(data: bytes, also: Check = _nothing) -> list[Event]:
    """Read an EPCISDocument, an EPCISQueryDocument or a single event: every event of it, or none.

    `also` says what else makes an event wrong. Raises `InvalidInput` that lists the faults, each with its
    JSON pointer; `NotAuthorised` if all that is wrong is who sends it.
    """
    return all_sound(read_each(data, also))


def all_sound(judged: Sequence[Judged]) -> list[Event]:
    """The events, if none is wrong. Raises as `read_document` does."""
    refuse([fault for event in judged if not isinstance(event, Event) for fault in event])
    return [event for event in judged if isinstance(event, Event)]


def read_each(data: bytes, also: Check = _nothing, at_most: int | None = None) -> list[Judged]:
    """Read the same, judging each event alone.

    Raises `InvalidInput` when the document around the events is at fault, `CaptureTooLarge` when there are
    more than `at_most` of them; none is judged then.
    """
    document = _document(data)
    path = _path(document)
    if not path:
        return _judged_also([((), _judge(document, None, (), schema_faults(document)))], also)
    events = _at(document, path)
    if not isinstance(events, list):
        refuse(schema_faults(document))
        raise InvalidInput(f"found no list of events in the {document['type']}")
    if at_most is not None and len(events) > at_most:
        raise CaptureTooLarge(f"found {len(events)} events, want at most {at_most} at a time")
    refuse(schema_faults(_emptied(document, path)))
    paths: list[_Path] = [(*path, index) for index in range(len(events))]
    judged = [
        _judge(document, event, at, [fault.below(*at) for fault in faults])
        for at, event, faults in zip(paths, events, _faults_of(events), strict=True)
    ]
    return _judged_also(list(zip(paths, judged, strict=True)), also)


def read_event(data: bytes, also: Check = _nothing) -> Event:
    """Read one event that stands in no document. Raises as `read_document` does."""
    document = _document(data)
    if _path(document):
        raise InvalidInput(f"found an {document['type']}, want one event by itself")
    [event] = all_sound(_judged_also([((), _judge(document, None, (), schema_faults(document)))], also))
    return event


def events_in(document: Mapping[str, Any]) -> list[Any]:
    """Give the events of a document, which may be one event itself.

    Raises `InvalidInput` if there is no list where the document's type wants one.
    """
    found = _at(document, _path(document))
    if found is document:
        return [document]
    if not isinstance(found, list):
        raise InvalidInput(f"found no list of events in the {document.get('type')}")
    return found


def _document(data: bytes) -> dict[str, Any]:
    document = parse_json(data)
    if not isinstance(document, dict):
        raise InvalidInput(f"found a JSON {type(document).__name__}, want an EPCIS document or event")
    return document


def _path(document: Mapping[str, Any]) -> tuple[str, ...]:
    kind = document.get("type")
    return _LISTS.get(kind, ()) if isinstance(kind, str) else ()


def _at(document: Mapping[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401 (a JSON value has no one type)
    found: Any = document
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _emptied(document: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The document without its events."""
    step, *rest = path
    return {**document, step: _emptied(document[step], tuple(rest)) if rest else []}


def _faults_of(events: list[Any]) -> Iterator[list[Fault]]:
    """Of each event, where and what the schema does not allow in it."""
    # A portion at a time: while the validator looks at one, no other thread runs.
    for start in range(0, len(events), _PORTION):
        portion = events[start : start + _PORTION]
        of_event: list[list[Fault]] = [[] for _ in portion]
        for fault in schema_faults({**_AROUND, "epcisBody": {"eventList": portion}}):
            of_event[int(fault.path[2])].append(Fault(fault.path[3:], fault.problem))
        yield from of_event


def _judge(
    document: dict[str, Any],
    event: dict[str, Any] | None,
    path: _Path,
    faults: list[Fault],
) -> Judged:
    if faults:
        return faults
    body = document if event is None else event
    read = Event(body, effective_context(document, event))
    found = profile_faults(body, read.context)
    if not found:
        try:
            read.hash()
        except InvalidInput as error:
            found = [Fault((), str(error))]
    return [fault.below(*path) for fault in found] or read


def _judged_also(judged: Sequence[tuple[_Path, Judged]], also: Check) -> list[Judged]:
    """The same, with what `also` says of those that are sound, all of them at once."""
    more = iter(also([each for _, each in judged if isinstance(each, Event)]))
    return [
        [fault.below(*path) for fault in next(more)] or each if isinstance(each, Event) else each
        for path, each in judged
    ]
