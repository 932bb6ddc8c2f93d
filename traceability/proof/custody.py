"""Who ever held goods: only they can say what becomes of them (docs/adr/0033)."""

from collections.abc import Iterable, Iterator, Sequence, Set
from math import inf
from operator import attrgetter

from traceability.proof.history import History, taken_out, told_in
from traceability.proof.records import R
from traceability.proof.told import Told, is_goods, labels_of

Holders = dict[str, float]
"""Parties (GLN), each with the time since when it held the goods, in microseconds since 1970. Who held them
once may always speak."""

DEEPEST = 32
"""Containers within containers, beyond which nobody looks."""


class Custody:
    """Worked out for goods about which several parties speak; one alone holds what it speaks of."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._held: dict[str, Holders] = {}
        self._leading: dict[str, list[Told]] = {}
        """The events of goods by which they may change hands."""

    def settle(self, goods: Iterable[str]) -> None:
        """Work it out for `goods`, whose events are learned. One query for each nesting of containers."""
        found: dict[str, list[Told]] = {}
        """Goods that holders packed, with those events; what holds others comes later."""
        waiting = [each for each in goods if each not in self._held and self._is_contested(each)]
        for _ in range(DEEPEST if waiting else 0):
            for each in waiting:
                self._begin(each)
            found |= {each: packed for each in waiting if (packed := list(self._packings(each)))}
            boxes = {box for each in waiting for told in found.get(each, ()) for box in told.roles["parent"]}
            waiting = [box for box in sorted(boxes) if box not in self._held and is_goods(box)]
            self._history.learn(waiting)
        # Packed into what is packed itself, it may take a second time, and in a circle some more.
        for _ in range(DEEPEST if found else 0):
            changed = [each for each, packed in reversed(found.items()) if self._spread(each, packed)]
            if not changed:
                break

    def standing(self, told: Sequence[Told], identifier: str) -> list[Told]:
        """Those of `told` that stand."""
        held = self._held.get(identifier)
        if held is None:
            return [each for each in told if self.stands(each, identifier)]
        return [each for each in told if each.submitter in held]

    def stands(self, told: Told, identifier: str) -> bool:
        """Whether its submitter ever held the goods, so that what it says of them counts."""
        held = self._held.get(identifier)
        if held is not None:
            return told.submitter in held
        alone = self._history.counting(identifier)[:1]
        return not is_goods(identifier) or all(each.submitter == told.submitter for each in alone)

    def _is_contested(self, identifier: str) -> bool:
        told = (*self._history.counting(identifier), *self._history.counting(labels_of(identifier)))
        return len({each.submitter for each in told}) > 1 and is_goods(identifier)

    def _begin(self, identifier: str) -> None:
        """Who brought the goods into being, and to whom they were handed from there."""
        told = self._history.counting(identifier)
        self._leading[identifier] = [each for each in told if each.leads_on]
        self._held[identifier] = dict.fromkeys(_origin(identifier, told, self._leading[identifier]), -inf)
        self._hand_over(identifier)

    def _hand_over(self, identifier: str) -> None:
        held = self._held[identifier]
        before: Holders = {}
        while before != held:
            before = dict(held)
            for told in self._leading[identifier]:
                words = told.words
                if words.receivers and told.submitter in held and identifier not in words.roles["input"]:
                    for party in words.receivers:
                        held[party] = min(told.at_us, held.get(party, inf))

    def _packings(self, identifier: str) -> Iterator[Told]:
        held = self._held[identifier]
        for told in self._leading[identifier]:
            if told.submitter in held and told.words.packs and identifier in told.roles["child"]:
                yield told

    def _spread(self, identifier: str, packed: Sequence[Told]) -> bool:
        """Whoever holds a container holds what is inside. Whether that made any difference."""
        held = self._held[identifier]
        before = dict(held)
        for told in packed:
            for box in told.roles["parent"]:
                inside = self._held.get(box, {})
                left = self._left(identifier, box, told, {*inside, told.submitter})
                for party, since in inside.items():
                    if since <= left:
                        held[party] = min(max(since, told.at_us), held.get(party, inf))
        self._hand_over(identifier)
        return held != before

    def _left(self, identifier: str, box: str, packing: Told, speakers: Set[str]) -> float:
        told = self._leading.get(box, ())
        later = [each for each in told if each.at_us >= packing.at_us and each.submitter in speakers]
        left = taken_out(identifier, box, later, "AggregationEvent")
        return inf if left is None else left.at_us


def claimed(records: Sequence[Told], subject: str) -> frozenset[str]:
    """Keys of the events in a history of `subject` by which nobody says anything of goods that it held."""
    if len({each.submitter for each in records}) < 2:
        return frozenset()
    history = History(told_in(records))
    custody = Custody(history)
    stand: set[str] = set()
    seen: set[tuple[str, bool]] = set()
    waiting = {(subject, True)}
    while waiting:
        seen |= waiting
        goods = [identifier for identifier, _ in waiting]
        history.learn(goods)
        custody.settle(goods)
        following: set[tuple[str, bool]] = set()
        for identifier, is_opened in waiting:
            for told in history.counting(identifier):
                if custody.stands(told, identifier):
                    stand.add(told.key)
                    if told.leads_on:
                        following.update(_further(identifier, is_opened, told, history))
        waiting = following - seen
    return frozenset(each.key for each in records if history.counts(each)) - stand


def held_only(records: Sequence[R], subject: str) -> list[R]:
    """Those of a history that are not claimed."""
    not_held = claimed([Told.of(each) for each in records], subject)
    return [each for each in records if each.key not in not_held]


def _further(identifier: str, is_opened: bool, told: Told, history: History) -> Iterator[tuple[str, bool]]:
    """What the history of these goods reaches, whenever: those that they came from, lay in, and held."""
    words = told.words
    if identifier in words.roles["output"]:
        for part in history.parts(told):
            yield from ((each, False) for each in part.roles["input"] if is_goods(each))
    if identifier in words.roles["epc"] and words.lot and is_goods(words.lot):
        yield words.lot, False
    if words.packs and identifier in words.roles["child"]:
        yield from ((box, False) for box in words.roles["parent"] if is_goods(box))
    if is_opened and words.packs and identifier in words.roles["parent"]:
        yield from ((each, True) for each in words.roles["child"] if is_goods(each))


def _origin(identifier: str, told: Sequence[Told], leading: Sequence[Told]) -> list[str]:
    """Who brought them into being: the first to say so, else to pack something into them, else to speak."""
    makers = [each for each in leading if identifier in each.words.made]
    packers = [each for each in leading if each.words.packs and identifier in each.roles["parent"]]
    first = min(makers or packers or told, key=attrgetter("captured_at_ms", "key"), default=None)
    return [] if first is None else [first.submitter]
