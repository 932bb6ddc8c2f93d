"""What became of a lot: lineage the other way, to all that was made, packed and labelled of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traceability.ledger.extensions import master_data
from traceability.ledger.history import History, Mentioning, Span, Told
from traceability.ledger.lineage import MOST_STAYS, Stay, ended, goods_among
from traceability.ledger.ports import StoredEvent


@dataclass(frozen=True, slots=True)
class Descent:
    lot: str
    events: tuple[StoredEvent, ...]
    """By event time, voided ones and the declarations that void them included."""
    is_cut: bool
    """Whether it reaches further than `MOST_STAYS`."""


def descent(lot: str, mentioning: Mentioning) -> Descent:
    """Walk from `lot` to what was made from it, through containers as long as it was in them.

    One query a generation, as in `lineage`. Items that carry its label are found in the containers where some
    of it lies too: an event that labels items names their lot as master data, by which nothing is looked up.
    """
    events: dict[str, Told] = {}
    seen: set[Stay] = set()
    ours = {lot}
    generation = {Stay(lot, Span(), opened=True)}
    while generation and len(seen) + len(generation) <= MOST_STAYS:
        seen |= generation
        history = History(mentioning({stay.identifier for stay in generation}))
        following: set[Stay] = set()
        for stay in (ended(each, history) for each in generation):
            its_own = history.of(stay.identifier, stay.span)
            if _is_neighbour(stay, its_own, ours):
                continue
            events |= {each.stored.key: each for each in its_own}
            following.update(_descendants(stay, [each for each in its_own if each.counts]))
        ours |= {stay.identifier for stay in following if stay.opened}
        generation = following - seen
    ordered = sorted(events.values(), key=lambda each: (each.at, each.stored.key))
    return Descent(lot, tuple(each.stored for each in ordered), bool(generation))


def _is_neighbour(stay: Stay, history: Sequence[Told], ours: set[str]) -> bool:
    """Something that lay in the same container, and is not labelled as one of these lots."""
    if stay.opened or stay.inside is not None:
        return False
    labelled = (master_data(each.stored.event).get("guoji:lot") for each in history)
    return not any(isinstance(lot, str) and lot in ours for lot in labelled)


def _descendants(stay: Stay, history: Sequence[Told]) -> Iterator[Stay]:
    for told in history:
        if stay.identifier in told.roles["input"]:
            for made in goods_among(told.roles["output"]):
                yield Stay(made, Span(), opened=True)
        if told.kind == "AggregationEvent" and told.action == "ADD":
            if stay.identifier in told.roles["child"]:
                for container in goods_among(told.roles["parent"]):
                    yield Stay(container, Span(told.at, stay.span.end), opened=False, inside=stay.identifier)
            if stay.inside is not None and stay.identifier in told.roles["parent"]:
                for content in goods_among(told.roles["child"]):
                    if "/21/" in content:
                        yield Stay(content, Span(), opened=False)
