"""Find rows that were changed since they were imported: what they say would be recorded a second time."""

from collections.abc import Hashable, Iterable, Iterator, Sequence

from traceability.epcis.event import Event
from traceability.ledger.ports import StoredEvent
from traceability.proof.records import standing

_PLACES = ("place", "source", "destination", "transaction", "device")


def goods_of(event: Event) -> frozenset[str]:
    """Canonical Digital Links of lots, items and logistic units."""
    return frozenset(each.identifier for each in event.identifiers() if each.role not in _PLACES)


def resembling(events: Iterable[Event], stored: Sequence[StoredEvent]) -> list[Event]:
    """Those of `events` of whose goods, step, time and place something else is recorded and stands.

    `stored` are events of the same party.
    """
    kept = [each.event for each in standing(stored)]
    contents = {each.hash().prehash for each in kept}
    known = {trait for event in kept for trait in _traits(event)}
    return [
        event
        for event in events
        if event.hash().prehash not in contents and not known.isdisjoint(_traits(event))
    ]


def _traits(event: Event) -> Iterator[Hashable]:
    for goods in goods_of(event):
        yield event.kind, event.step, event.event_time, event.read_point, goods
