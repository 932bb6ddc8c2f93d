"""Which events belong to a lot, item or logistic unit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.ledger.attachments import Attachment, attachments
from traceability.ledger.extensions import master_data
from traceability.ledger.history import History, Mentioning, Span, Told, taken_out
from traceability.ledger.ports import StoredEvent

MOST_STAYS = 5_000
"""A history that reaches further is cut there: one event must not keep a server busy for hours."""

_NO_GOODS = tuple(f"{CANONICAL_STEM}/{key}/" for key in ("8004", "414", "417"))
"""Devices, places and parties are part of no goods, whatever an event says."""


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
class Lineage:
    subject: str
    events: tuple[StoredEvent, ...]
    """By event time, voided ones and the declarations that void them included."""
    attachments: tuple[Attachment, ...]
    goods: frozenset[str]
    """What the history is followed of, the subject and its containers included."""
    counting: tuple[Told, ...]
    """Its events again, without those that do not count."""
    is_cut: bool
    """Whether the history reaches further than `MOST_STAYS`."""


def lineage(subject: str, mentioning: Mentioning) -> Lineage:
    """Walk from `subject` to what it was made from, what it was packed in, and what it holds.

    One query a generation, so the work grows with the trace and not with the store.
    """
    events: dict[str, Told] = {}
    stays: list[Stay] = []
    seen: set[Stay] = set()
    generation = {Stay(subject, Span(), opened=True)}
    while generation and len(seen) + len(generation) <= MOST_STAYS:
        seen |= generation
        history = History(mentioning({stay.identifier for stay in generation}))
        following: set[Stay] = set()
        for stay in (ended(each, history) for each in generation):
            its_own = history.of(stay.identifier, stay.span)
            stays.append(stay)
            events |= {each.stored.key: each for each in its_own}
            following.update(_neighbours(stay, [each for each in its_own if each.counts]))
        generation = following - seen
    ordered = sorted(events.values(), key=lambda each: (each.at, each.stored.key))
    counting = [each for each in ordered if each.counts]
    devices = dict.fromkeys(
        attachments(counting, [(stay.identifier, stay.span) for stay in stays], mentioning)
    )
    return Lineage(
        subject,
        tuple(each.stored for each in ordered),
        tuple(devices),
        frozenset(stay.identifier for stay in stays),
        tuple(counting),
        bool(generation),
    )


def ended(stay: Stay, history: History) -> Stay:
    """A stay in a container, cut at the moment the goods left it; only the container's events tell."""
    if stay.inside is None:
        return stay
    later = history.of(stay.identifier, stay.span)
    left = taken_out(stay.inside, stay.identifier, later, "AggregationEvent")
    return stay if left is None else replace(stay, span=Span(stay.span.start, left))


def _neighbours(stay: Stay, history: Sequence[Told]) -> Iterator[Stay]:
    """What `stay` was made from up to that moment, packed in while it was inside, and (if opened) holds."""
    for position, told in enumerate(history):
        yield from _sources(stay, told)
        if told.kind == "AggregationEvent" and told.action == "ADD":
            if stay.identifier in told.roles["child"]:
                for container in goods_among(told.roles["parent"]):
                    yield Stay(container, Span(told.at, stay.span.end), opened=False, inside=stay.identifier)
            if stay.opened and stay.identifier in told.roles["parent"]:
                yield from _contents(stay, told, history[position + 1 :])


def _sources(stay: Stay, told: Told) -> Iterator[Stay]:
    """What goods came from: the inputs of what made them, and the lot that an item was labelled as."""
    if stay.identifier in told.roles["output"]:
        for source in goods_among(told.roles["input"]):
            yield Stay(source, Span(end=told.at), opened=False)
    lot = master_data(told.stored.event).get("guoji:lot")
    if stay.identifier in told.roles["epc"] and isinstance(lot, str):
        for whole in goods_among([lot]):
            yield Stay(whole, Span(), opened=False)


def _contents(stay: Stay, packing: Told, later: Sequence[Told]) -> Iterator[Stay]:
    """What was packed, until it came out: its own past belongs to the history too."""
    unpackings = [each for each in later if each.action == "DELETE"]
    for content in goods_among(packing.roles["child"]):
        left = taken_out(content, stay.identifier, unpackings, "AggregationEvent")
        yield Stay(content, Span(end=left or stay.span.end), opened=True)


def goods_among(identifiers: Iterable[str]) -> Iterator[str]:
    """Without devices, places and parties."""
    return (each for each in identifiers if not each.startswith(_NO_GOODS))
