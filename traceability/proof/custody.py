"""Who ever held goods: only they can say what becomes of them (docs/adr/0033)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from traceability.proof.history import ALWAYS, FOREVER, History, taken_out, told_in
from traceability.proof.records import R
from traceability.proof.told import Told, is_goods

Holders = dict[str, datetime]
"""Parties (GLN), each with the time since when it held the goods. Who held them once may always speak."""

DEEPEST = 32
"""Containers within containers, beyond which nobody looks."""


class Custody:
    """Worked out for goods about which several parties speak; one alone holds what it speaks of."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._held: dict[str, Holders] = {}

    def settle(self, goods: Iterable[str]) -> None:
        """Work it out for `goods`, whose events are learned. One query for each nesting of containers."""
        order = [each for each in goods if each not in self._held and self._is_contested(each)]
        for _ in range(DEEPEST if order else 0):
            # What holds others comes later in the order, and is worked out before them.
            before = {each: self._held.get(each) for each in order}
            for each in reversed(order):
                self._held[each] = self._holders(each)
            boxes = dict.fromkeys(box for each in order for box in self._boxes(each) if box not in before)
            self._history.learn(boxes)
            order += boxes
            if not boxes and all(self._held[each] == before[each] for each in order):
                break

    def stands(self, told: Told, identifier: str) -> bool:
        """Whether its submitter ever held the goods, so that what it says of them counts."""
        held = self._held.get(identifier)
        return held is None or told.submitter in held

    def _is_contested(self, identifier: str) -> bool:
        speakers = {each.submitter for each in self._history.counting(identifier)}
        return len(speakers) > 1 and is_goods(identifier)

    def _holders(self, identifier: str) -> Holders:
        events = [each for each in self._history.counting(identifier) if each.leads_on]
        held = dict.fromkeys(_origin(identifier, self._history.counting(identifier)), ALWAYS)
        given: Holders = {}
        while given != held:
            given = dict(held)
            for told in events:
                if told.submitter in held:
                    for party, since in self._handed_over(identifier, told):
                        held[party] = min(since, held.get(party, since))
        return held

    def _handed_over(self, identifier: str, told: Told) -> Iterator[tuple[str, datetime]]:
        """To whom the event names, and to whoever holds what the goods are packed into."""
        words = told.words
        if identifier not in words.roles["input"]:
            yield from ((party, told.at) for party in words.receivers)
        for box in _boxes(identifier, told):
            inside = self._held.get(box, {})
            speakers = {*inside, told.submitter}
            later = [
                each for each in self._history.counting(box)
                if each.leads_on and each.at >= told.at and each.submitter in speakers
            ]  # fmt: skip
            left = taken_out(identifier, box, later, "AggregationEvent") or FOREVER
            yield from ((party, max(since, told.at)) for party, since in inside.items() if since <= left)

    def _boxes(self, identifier: str) -> Iterator[str]:
        held = self._held[identifier]
        for told in self._history.counting(identifier):
            if told.leads_on and told.submitter in held:
                yield from _boxes(identifier, told)


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
    yield from ((box, False) for box in _boxes(identifier, told))
    if is_opened and words.packs and identifier in words.roles["parent"]:
        yield from ((each, True) for each in words.roles["child"] if is_goods(each))


def _origin(identifier: str, events: Sequence[Told]) -> list[str]:
    """Who brought them into being: the first to say so, else to pack something into them, else to speak."""
    told = sorted(events, key=lambda each: (each.captured_at_ms, each.key))
    makers = [each for each in told if each.leads_on and identifier in each.words.made]
    packers = [
        each for each in told
        if each.leads_on and each.words.packs and identifier in each.roles["parent"]
    ]  # fmt: skip
    return [each.submitter for each in (makers or packers or told)[:1]]


def _boxes(identifier: str, told: Told) -> Iterator[str]:
    words = told.words
    if words.packs and identifier in words.roles["child"]:
        yield from filter(is_goods, words.roles["parent"])
