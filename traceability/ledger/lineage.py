"""Which events belong to a lot, item or logistic unit, and which devices' readings, for which time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from traceability.ledger.extensions import master_data
from traceability.ledger.ports import StoredEvent

ALWAYS = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)

Mentioning = Callable[[Iterable[str]], Sequence[StoredEvent]]


@dataclass(frozen=True, slots=True)
class Span:
    """The time from `start` to `end`, both included."""

    start: datetime = ALWAYS
    end: datetime = FOREVER

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment <= self.end

    def cut(self, other: "Span") -> "Span | None":
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start <= end else None


@dataclass(frozen=True, slots=True)
class Stay:
    """Goods that belong to the subject's history, for the time they do."""

    identifier: str
    span: Span
    opened: bool
    """Whether what these goods hold belongs to the history too: true of the subject and its contents, false
    of the containers that it shared with others."""
    inside: str | None = None
    """Of a container: the goods in it, whose leaving ends the stay."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A device whose readings apply to the subject, for the time they do."""

    device: str
    """Canonical Digital Link (8004)."""
    span: Span
    cold_chain: bool
    """On the goods, or where they stood after harvest; otherwise it stood where they grew."""


@dataclass(frozen=True, slots=True)
class Lineage:
    subject: str
    events: tuple[StoredEvent, ...]
    """By event time."""
    attachments: tuple[Attachment, ...]


def lineage(subject: str, mentioning: Mentioning) -> Lineage:
    """Walk from `subject` to what it was made from, what it was packed in, and what it holds.

    One query a generation, so the work grows with the trace and not with the store.
    """
    events: dict[str, StoredEvent] = {}
    stays: list[Stay] = []
    seen: set[Stay] = set()
    generation = {Stay(subject, Span(), opened=True)}
    while generation:
        seen |= generation
        history = _by_time(mentioning({stay.identifier for stay in generation}))
        following: set[Stay] = set()
        for stay in (_ended(each, history) for each in generation):
            its_own = [each for each in history if _concerns(each, stay)]
            stays.append(stay)
            events |= {each.key: each for each in its_own}
            following.update(_neighbours(stay, its_own))
        generation = following - seen
    ordered = _by_time(events.values())
    attachments = dict.fromkeys(_attachments(ordered, stays, mentioning))
    return Lineage(subject, tuple(ordered), tuple(attachments))


def _ended(stay: Stay, history: Sequence[StoredEvent]) -> Stay:
    """A stay in a container, cut at the moment the goods left it; only the container's events tell."""
    if stay.inside is None:
        return stay
    later = [each for each in history if each.event.event_time > stay.span.start]
    left = _taken_out(stay.inside, stay.identifier, later)
    return stay if left is None else replace(stay, span=Span(stay.span.start, min(left, stay.span.end)))


def _neighbours(stay: Stay, history: Sequence[StoredEvent]) -> Iterator[Stay]:
    """What `stay` was made from up to that moment, packed in while it was inside, and (if opened) holds."""
    for position, stored in enumerate(history):
        event, roles = stored.event, stored.event.identifiers_by_role()
        at = event.event_time
        if stay.identifier in roles["output"]:
            for source in roles["input"]:
                yield Stay(source, Span(end=at), opened=False)
        lot = master_data(event).get("guoji:lot")
        if stay.identifier in roles["epc"] and isinstance(lot, str):
            yield Stay(lot, Span(), opened=False)
        if event.kind != "AggregationEvent" or event.body["action"] != "ADD":
            continue
        if stay.identifier in roles["child"]:
            for container in roles["parent"]:
                yield Stay(container, Span(at, stay.span.end), opened=False, inside=stay.identifier)
        if stay.opened and stay.identifier in roles["parent"]:
            for content in roles["child"]:
                end = _taken_out(content, stay.identifier, history[position + 1 :]) or stay.span.end
                yield Stay(content, Span(end=end), opened=True)


def _taken_out(content: str, container: str, later: Iterable[StoredEvent]) -> datetime | None:
    """When `content` first left `container`; a DELETE without children empties it."""
    for stored in later:
        event, roles = stored.event, stored.event.identifiers_by_role()
        if event.body.get("action") == "DELETE" and container in roles["parent"]:
            children = roles["child"]
            if not children or content in children:
                return event.event_time
    return None


def _attachments(
    events: Sequence[StoredEvent], goods: Iterable[Stay], mentioning: Mentioning
) -> Iterator[Attachment]:
    """Devices on the goods themselves, where they grew, and where they stood since."""
    where = [(stay.identifier, stay.span, True) for stay in goods]
    where += list(_places(events))
    installed = _by_time(mentioning({identifier for identifier, _, _ in where}))
    for identifier, span, cold_chain in where:
        for device, fitted in _fitted(identifier, installed):
            common = fitted.cut(span)
            if common is not None:
                yield Attachment(device, common, cold_chain)


def _places(events: Sequence[StoredEvent]) -> Iterator[tuple[str, Span, bool]]:
    """Where the goods grew, up to the harvest; and each place of storage, until they were seen elsewhere."""
    for position, stored in enumerate(events):
        event = stored.event
        for place in event.identifiers_by_role()["place"]:
            if event.is_harvest:
                yield place, Span(end=event.event_time), False
            elif event.body.get("bizStep") in ("storing", "stocking"):
                later = (each.event for each in events[position + 1 :])
                left = (each.event_time for each in later if place not in each.identifiers_by_role()["place"])
                yield place, Span(event.event_time, next(left, FOREVER)), True


def _fitted(bearer: str, history: Sequence[StoredEvent]) -> Iterator[tuple[str, Span]]:
    """Devices that an AssociationEvent put on `bearer`, each until the one that took it off."""
    for position, stored in enumerate(history):
        event, roles = stored.event, stored.event.identifiers_by_role()
        if event.kind == "AssociationEvent" and event.body["action"] == "ADD" and bearer in roles["parent"]:
            for device in roles["child"]:
                end = _taken_out(device, bearer, history[position + 1 :]) or FOREVER
                yield device, Span(event.event_time, end)


def _concerns(stored: StoredEvent, stay: Stay) -> bool:
    return stay.span.holds(stored.event.event_time) and any(
        mention.identifier == stay.identifier for mention in stored.event.identifiers()
    )


def _by_time(events: Iterable[StoredEvent]) -> list[StoredEvent]:
    return sorted(events, key=lambda stored: (stored.event.event_time, stored.key))
