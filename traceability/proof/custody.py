"""Who ever held goods: only they can say what becomes of them (docs/adr/0033)."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from typing import NamedTuple

from traceability.epcis.vocabulary import SHOWING_STEP
from traceability.proof.history import History, taken_out, told_in
from traceability.proof.records import R, is_shared
from traceability.proof.told import Told, is_goods, labels_of

Holders = dict[str, float]
"""Parties (GLN), each with the time since when it held the goods, in microseconds since 1970. Who held them
once may always speak."""

LOOKING = ("inspecting", SHOWING_STEP)
"""Steps that bring goods nowhere: whoever takes them need not hold the goods."""
DEEPEST = 32
"""Containers within containers, beyond which nobody looks."""


class Custody:
    """Worked out for goods about which several parties speak; one alone holds what it speaks of."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._held: dict[str, Holders] = {}
        self._aboard: dict[tuple[str, str], Holders] = {}
        """Who carries what an event (key) packed into a container."""
        self._leads: dict[str, list[Told]] = {}

    def settle(self, goods: Iterable[str]) -> None:
        """Work it out for `goods`, whose events are learned. One query for each nesting of containers."""
        new = [each for each in goods if each not in self._held and self._is_contested(each)]
        for each in new:
            self._held[each] = dict.fromkeys(_origin(each, self.history.counting(each)), -inf)
        self._learn_boxes(new)
        for each in new:
            self._hand_on(each, self._held[each], self._leading(each), DEEPEST)

    def standing(self, told: Sequence[Told], identifier: str, packing: Told | None = None) -> list[Told]:
        """Those of `told` that stand."""
        return [each for each in told if self.stands(each, identifier, packing)]

    def stands(self, told: Told, identifier: str, packing: Told | None = None) -> bool:
        """Whether its submitter ever held the goods, so that what it says of them counts.

        Of a container, while what `packing` put into it is inside: whether it carried that.
        """
        if packing is not None:
            return told.submitter in self._carriers(identifier, packing, DEEPEST)
        held = self._held.get(identifier)
        if held is not None:
            return told.submitter in held
        alone = self.history.counting(identifier)[:1]
        return not is_goods(identifier) or all(each.submitter == told.submitter for each in alone)

    def _is_contested(self, identifier: str) -> bool:
        told = (*self.history.counting(identifier), *self.history.counting(labels_of(identifier)))
        return len({each.submitter for each in told}) > 1 and is_goods(identifier)

    def _leading(self, identifier: str) -> list[Told]:
        """The events of goods by which they may change hands."""
        if identifier not in self._leads:
            self.history.learn([identifier])
            told = self.history.counting(identifier)
            self._leads[identifier] = [each for each in told if each.leads_on]
        return self._leads[identifier]

    def _learn_boxes(self, goods: Sequence[str]) -> None:
        """What they and their containers were packed into by those who may have held them."""
        speakers = {party for each in goods for party in self._held[each]}
        seen, waiting = set(goods), list(goods)
        for _ in range(DEEPEST):
            boxes: set[str] = set()
            for thing in waiting:
                for told in self._leading(thing):
                    if told.submitter in speakers:
                        speakers.update(told.words.receivers)
                        boxes.update(_boxes(thing, told))
            waiting = sorted(boxes - seen)
            self.history.learn(waiting)
            seen |= boxes

    def _hand_on(self, thing: str, held: Holders, told: Sequence[Told], depth: int) -> None:
        """Add to whom the holders of a thing gave it: by name, or inside of a container."""
        before: Holders = {}
        while before != held:
            before = dict(held)
            for each in told:
                since = held.get(each.submitter)
                if since is not None:
                    for party, at_us in self._given(thing, each, depth).items():
                        held[party] = min(max(at_us, since), held.get(party, inf))

    def _given(self, thing: str, told: Told, depth: int) -> Holders:
        """To whom an event gives a thing, each with since when."""
        words = told.words
        given: Holders = {}
        if thing not in words.roles["input"]:
            given = dict.fromkeys(words.receivers, told.at_us)
        for box in _boxes(thing, told) if depth else ():
            carriers = self._carriers(box, told, depth - 1)
            left = self._left(thing, box, told, carriers)
            given |= {party: since for party, since in carriers.items() if since <= left}
        return given

    def _carriers(self, box: str, packing: Told, depth: int) -> Holders:
        """Whoever packed, and to whom the container went from there: whoever had it before does not count."""
        found = self._aboard.get((packing.key, box))
        if found is None:
            # Here at once, so that packing in a circle ends.
            found = self._aboard[packing.key, box] = {packing.submitter: packing.at_us}
            later = [each for each in self._leading(box) if each.at_us >= packing.at_us]
            self._hand_on(box, found, later, depth)
        return found

    def _left(self, thing: str, box: str, packing: Told, speakers: Container[str]) -> float:
        told = self._leading(box)
        later = [each for each in told if each.at_us >= packing.at_us and each.submitter in speakers]
        left = taken_out(thing, box, later, "AggregationEvent")
        return inf if left is None else left.at_us


class _Reached(NamedTuple):
    """Goods that a history reaches; of a container, by which event."""

    identifier: str
    is_opened: bool = False
    packing: Told | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a history comes to, once it is known who held the goods."""

    claimed: frozenset[str]
    """Keys of the events by which nobody says anything of goods that it held."""
    goods: frozenset[str]
    """What the others are about; empty where nobody else speaks."""


def claimed(records: Sequence[Told], subject: str) -> frozenset[str]:
    """Keys of the events in a history of `subject` by which nobody says anything of goods that it held."""
    return heard(records, subject).claimed


def heard(records: Sequence[Told], subject: str) -> Heard:
    if len({each.submitter for each in records}) < 2:
        return Heard(frozenset(), frozenset())
    history = History(told_in(records))
    custody = Custody(history)
    stand: set[str] = set()
    seen: set[_Reached] = set()
    waiting = {_Reached(subject, is_opened=True)}
    while waiting:
        seen |= waiting
        goods = [each.identifier for each in waiting]
        history.learn(goods)
        custody.settle(goods)
        following: set[_Reached] = set()
        for each in waiting:
            for told in history.counting(each.identifier):
                if custody.stands(told, each.identifier, each.packing):
                    stand.add(told.key)
                    if told.leads_on:
                        following.update(_further(each, told, history))
        waiting = following - seen
    not_held = frozenset(each.key for each in records if history.counts(each)) - stand
    return Heard(not_held, frozenset(each.identifier for each in seen))


def held_only(records: Sequence[R], subject: str) -> list[R]:
    """Those of a history that are not claimed."""
    not_held = claimed([Told.of(each) for each in records], subject)
    return [each for each in records if each.key not in not_held]


def _further(reached: _Reached, told: Told, history: History) -> Iterator[_Reached]:
    """What the history of these goods reaches, whenever: those that they came from, lay in, and held."""
    words, identifier = told.words, reached.identifier
    if identifier in words.roles["output"]:
        for part in history.parts(told):
            yield from (_Reached(each) for each in part.roles["input"] if is_goods(each))
    if identifier in words.roles["epc"] and words.lot and is_goods(words.lot):
        yield _Reached(words.lot)
    yield from (_Reached(box, packing=told) for box in _boxes(identifier, told))
    if reached.is_opened and words.packs and identifier in words.roles["parent"]:
        yield from (_Reached(each, is_opened=True) for each in words.roles["child"] if is_goods(each))


def _boxes(thing: str, told: Told) -> list[str]:
    """What the event packs a thing into."""
    words = told.words
    packs = words.packs and thing in words.roles["child"]
    return [box for box in words.roles["parent"] if is_goods(box)] if packs else []


def _begins(identifier: str, told: Told) -> bool:
    return identifier in told.words.made or (told.words.packs and identifier in told.roles["parent"])


def _origin(identifier: str, told: Sequence[Told]) -> Iterable[str]:
    """Who brought them into being: the first to say so, or to fill them; else the first to speak of them."""
    begun = [each for each in told if each.leads_on and _begins(identifier, each)]
    if is_shared(identifier):
        return {each.submitter for each in begun}
    speaking = begun or [each for each in told if each.words.step not in LOOKING]
    first = min(speaking, key=attrgetter("captured_at_ms", "key"), default=None)
    return [] if first is None else [first.submitter]
