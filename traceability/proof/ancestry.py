"""All that goods may be recalled with: what they were ever made of, hold, and lay in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from traceability.epcis.event import Role
from traceability.proof.custody import Custody
from traceability.proof.history import History, Span, Telling
from traceability.proof.kinship import is_lot
from traceability.proof.spelling import lot_in, plain, spelled
from traceability.proof.told import Told, is_goods, spellings_of

MOST_GOODS = 20_000
"""What reaches further is cut there, as a trace is."""


class _Goods(NamedTuple):
    name: str
    """Plain."""
    packing: Told | None = None
    """Of a container that is only around what is asked about: by which event that came into it."""


@dataclass(frozen=True, slots=True)
class Ancestry:
    names: frozenset[str]
    """Canonical Digital Links in every spelling that was told; more than a recall may reach."""
    told: tuple[Told, ...]
    """What leads from one to another, once each; with what its submitter declared wrong, and that it did."""


def ancestry(subject: str, telling: Telling) -> Ancestry:
    """Walk from `subject`, without regard to when anything happened: clocks differ, and forms come late.

    Whoever held the goods by what stands now, or by all that was ever told, is followed: how it was when a
    recall was made lies between (`at_recall`). A few queries a generation, to `remembering` at best.
    """
    return _Gathering(telling).of(subject)


class _Gathering:
    def __init__(self, telling: Telling) -> None:
        self._now, self._ever = Custody(History(telling)), Custody(History(telling, until_ms=0))
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        """By plain name, all spellings."""
        self._spoken: dict[str, dict[str, set[str]]] = {}
        """By event (key) and plain name, how the event spells it: of a full box, worked out once."""
        self._told: dict[str, Told] = {}
        self._declared: dict[str, Told] = {}

    def of(self, subject: str) -> Ancestry:
        ahead = {_Goods(self._name(each)) for each in (subject, lot_in(subject)) if each is not None}
        seen: set[_Goods] = set()
        while ahead and len(seen) + len(ahead) <= MOST_GOODS:
            seen |= ahead
            self._learn({each.name for each in ahead})
            ahead = {found for each in ahead for found in self._further(each)} - seen
        told, names = self._told.values(), frozenset().union(*self._names.values())
        leading = {each.name for each in told}
        return Ancestry(names, (*told, *(each for each in self._declared.values() if each.name in leading)))

    def _name(self, spelling: str) -> str:
        """Its plain name; the spelling is remembered."""
        name = plain(spelling)
        self._names[name] |= {name, spelling}
        return name

    def _learn(self, names: set[str]) -> None:
        """Settle them in all their spellings, of which the last are learned from the events of the first."""
        asked = {each for name in names for each in (spellings_of(name), *self._names[name])}
        for custody in (self._now, self._ever):
            custody.history.learn(asked)
        for name in names:
            self._names[name] |= {each for told in self._of(name) for each in self._ours(told, name)}
        spellings = {each for name in names for each in self._names[name]}
        for custody in (self._now, self._ever):
            custody.history.learn(spellings)
            custody.settle(spellings)

    def _of(self, name: str) -> Iterable[Told]:
        names = (spellings_of(name), *self._names[name])
        return {each.key: each for one in names for each in self._now.history.of(one, Span())}.values()

    def _further(self, goods: _Goods) -> Iterator[_Goods]:
        for told in self._of(goods.name):
            if told.is_declaration:
                self._declared[told.key] = told
            elif told.leads_on and self._links(told, goods.name) and self._counts(told, goods):
                self._told[told.key] = told
                yield from self._led(told, goods)

    def _counts(self, told: Told, goods: _Goods) -> bool:
        """By whoever holds it under every name: one that nobody else uses is held by anybody who does."""
        names = self._names[goods.name]
        return any(
            all(custody.stands(told, each, goods.packing) for each in names)
            for custody in (self._now, self._ever)
        )

    def _led(self, told: Told, goods: _Goods) -> Iterator[_Goods]:
        words, ours = told.words, self._ours(told, goods.name)
        if goods.packing is None:
            found = {lot for each in ours if (lot := lot_in(each)) is not None}
            if not words.made.isdisjoint(ours):
                found |= self._sources(told, goods.name)
            if ours & words.roles["parent"] and words.packs:
                found |= words.roles["child"]
            yield from (_Goods(self._name(each)) for each in found if is_goods(each))
        if ours & words.roles["child"] and words.packs:
            yield from (_Goods(self._name(each), told) for each in words.roles["parent"] if is_goods(each))

    def _sources(self, told: Told, name: str) -> set[str]:
        parts, lot = self._ever.history.parts(told), told.words.lot
        self._told |= {part.key: part for part in parts}
        if lot is not None and (full := spelled(name, lot)) is not None:
            self._names[name].add(full)
        took = {each for part in parts for each in part.roles["input"]}
        return took if lot is None else {*took, lot}

    def _links(self, told: Told, name: str) -> bool:
        """Whether these goods came from others here, or lay in them; of a lot, only some lay anywhere."""
        words, ours = told.words, self._ours(told, name)
        held: tuple[Role, ...] = ("parent",) if is_lot(name) else ("parent", "child")
        packed = words.kind == "AggregationEvent" and any(ours & words.roles[each] for each in held)
        return packed or not words.made.isdisjoint(ours)

    def _ours(self, told: Told, name: str) -> set[str]:
        """The spellings of these goods (plain name) in an event."""
        if told.key not in self._spoken:
            spoken = self._spoken[told.key] = defaultdict(set)
            for each in set().union(*told.roles.values()):
                spoken[plain(each)].add(each)
        return self._spoken[told.key].get(name, set())
