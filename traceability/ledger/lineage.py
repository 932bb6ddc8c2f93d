"""Which events belong to a lot, item or logistic unit."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from traceability.ledger.attachments import Attachment, attachments
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.proof.custody import Custody
from traceability.proof.history import History, Span, Telling, by_time, taken_out
from traceability.proof.told import Told, is_goods

MOST_STAYS = 20_000
"""A history that reaches further is cut there: one event must not keep a server busy for hours."""
MOST_CLAIMS = 100
"""Of one party that never held the goods; the oldest are shown, the others counted."""


class Stay(NamedTuple):
    """Goods that belong to the subject's history, for the time they do. A tuple, as `Span` is."""

    identifier: str
    span: Span
    opened: bool
    """Whether what these goods hold belongs to the history too: true of the subject and its contents, false
    of the containers that it shared with others."""
    inside: str | None = None
    """Of a container: the goods in it, whose leaving ends the stay."""
    packing: Told | None = None
    """By which they came into it: whoever carried them since speaks of the container here."""
    claimed: bool = False
    """Reached by the word of a party that never held what it says they are made of."""


@dataclass(frozen=True, slots=True)
class Lineage:
    subject: str
    told: tuple[Told, ...]
    """Its events by time, voided ones and the declarations that void them included."""
    attachments: tuple[Attachment, ...]
    goods: frozenset[str]
    """What the history is followed of, the subject and its containers included."""
    voided: frozenset[str]
    """Keys of the events that do not count, since their own submitters say so; of the declarations too."""
    claimed: frozenset[str]
    """Keys of the events by parties that never held the goods: they are shown, and tell nothing."""
    is_cut: bool
    """Whether the history reaches further than `MOST_STAYS`."""

    @property
    def shown(self) -> tuple[Told, ...]:
        """By time, without what one party claims beyond its first `MOST_CLAIMS`: nobody may bury the rest."""
        said: Counter[str] = Counter()
        beyond = set[str]()
        for each in sorted(self.told, key=lambda each: (each.captured_at_ms, each.key)):
            if each.key in self.claimed:
                said[each.submitter] += 1
                if said[each.submitter] > MOST_CLAIMS:
                    beyond.add(each.key)
        return tuple(each for each in self.told if each.key not in beyond)

    @property
    def counting(self) -> tuple[Told, ...]:
        """By time, without those that are voided or claimed."""
        return tuple(each for each in self.told if each.key not in self.voided | self.claimed)


class Walk:
    """Events are looked up and judged generation by generation: the work grows with what is found."""

    def __init__(self, telling: Telling, until_ms: int | None = None) -> None:
        self.history = History(telling, until_ms)
        self.custody = Custody(self.history)

    def look_up(self, stays: set[Stay]) -> Iterator[tuple[Stay, list[Told]]]:
        """Each with its events, all of them in one query; containers' are cut to when the goods left."""
        goods = {stay.identifier for stay in stays}
        self.history.learn(goods)
        self.custody.settle(goods)
        for stay in stays:
            told = self.history.of(stay.identifier, stay.span)
            left = None if stay.inside is None else self._left(stay, stay.inside, told)
            if left is not None:
                stay = stay._replace(span=Span(stay.span.start, left.at))
                told = self.history.of(stay.identifier, stay.span)
            yield stay, told

    def _left(self, stay: Stay, content: str, told: Sequence[Told]) -> Told | None:
        """By which event the goods left their container, as a holder of either says."""
        counting = [each for each in told if each.leads_on and self.history.counts(each)]
        later = {
            each.key: each
            for each in (*self.standing(stay, counting), *self.custody.standing(counting, content))
        }
        return taken_out(content, stay.identifier, sorted(later.values(), key=by_time), "AggregationEvent")

    def standing(self, stay: Stay, told: Sequence[Told]) -> list[Told]:
        """Those by parties that held the goods."""
        return self.custody.standing(told, stay.identifier, stay.packing)

    def leading(self, stay: Stay, told: Sequence[Told]) -> list[Told]:
        """Those that stand and count, by which these goods lead to others."""
        return self.standing(stay, [each for each in told if each.leads_on and self.history.counts(each)])


def lineage(subject: str, telling: Telling) -> Lineage:
    """Walk from `subject` to what it was made from, what it was packed in, and what it holds.

    One query a generation, so the work grows with the trace and not with the store.
    """
    walk = Walk(telling)
    events: dict[str, Told] = {}
    stand: set[str] = set()
    stays: list[Stay] = []
    seen: set[Stay] = set()
    generation = {Stay(subject, Span(), opened=True)}
    while generation and len(seen) + len(generation) <= MOST_STAYS:
        seen |= generation
        following: set[Stay] = set()
        for stay, told in walk.look_up(generation):
            stays.append(stay)
            events.update({each.key: each for each in told})
            stand.update([each.key for each in walk.standing(stay, told)])
            following.update(_neighbours(stay, walk.leading(stay, told), walk.history))
        generation = following - seen
    ordered = sorted(events.values(), key=by_time)
    voided = frozenset(each.key for each in ordered if not walk.history.counts(each))
    claimed = frozenset(events) - stand - voided
    counting = [each for each in ordered if each.key not in voided and each.key not in claimed]
    devices = attachments(counting, stays, walk.history, walk.custody)
    return Lineage(
        subject,
        tuple(ordered),
        tuple(dict.fromkeys(devices)),
        frozenset(stay.identifier for stay in stays),
        voided,
        claimed,
        bool(generation),
    )


def in_order(told: Sequence[Told], events: EventStore) -> list[StoredEvent]:
    """The events themselves, in the order in which they are told, without those that the store has lost."""
    found = {each.key: each for each in events.by_keys([each.key for each in told])}
    return [found[each.key] for each in told if each.key in found]


def _neighbours(stay: Stay, told: Sequence[Told], history: History) -> Iterator[Stay]:
    """What `stay` was made from up to that moment, packed in while it was inside, and (if opened) holds."""
    unpackings = [each for each in told if each.words.action == "DELETE"]
    for each in told:
        words = each.words
        yield from _sources(stay, each, history)
        if words.packs:
            if stay.identifier in words.roles["child"]:
                yield from containers(stay, each)
            if stay.opened and stay.identifier in words.roles["parent"]:
                yield from _contents(stay, each, unpackings)


def _sources(stay: Stay, told: Told, history: History) -> Iterator[Stay]:
    """What goods came from: the inputs of what made them, and the lot that an item was labelled as."""
    words = told.words
    if stay.identifier in words.roles["output"]:
        for part in history.parts(told):
            for source in filter(is_goods, part.roles["input"]):
                yield Stay(source, Span(end=part.at), opened=False)
    if words.lot and is_goods(words.lot) and stay.identifier in words.roles["epc"]:
        yield Stay(words.lot, Span(), opened=False)


def containers(stay: Stay, packing: Told) -> Iterator[Stay]:
    """What these goods were packed into, for as long as they belong to the history."""
    for box in filter(is_goods, packing.roles["parent"]):
        span = Span(packing.at, stay.span.end)
        inside = stay.identifier
        yield Stay(box, span, opened=False, inside=inside, packing=packing, claimed=stay.claimed)


def _contents(stay: Stay, packing: Told, unpackings: Sequence[Told]) -> Iterator[Stay]:
    """What was packed, until it came out: its own past belongs to the history too."""
    later = [each for each in unpackings if by_time(each) > by_time(packing)]
    for content in filter(is_goods, packing.roles["child"]):
        left = taken_out(content, stay.identifier, later, "AggregationEvent")
        yield Stay(content, Span(end=left.at if left else stay.span.end), opened=True)
