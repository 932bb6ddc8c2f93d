"""Which goods a recall reaches: what goods consist of, what became of them, what they lie in."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from traceability.proof.history import by_time, declared_wrong
from traceability.proof.records import owner_by_filling
from traceability.proof.spelling import lot_in, plain, spelled
from traceability.proof.told import Told


class Kinship:
    """Made in one go from what is told. Goods go by their plain names; any spelling may be asked for."""

    def __init__(self, told: Collection[Told]) -> None:
        self._sources: defaultdict[str, set[str]] = defaultdict(set)
        self._products: defaultdict[str, set[str]] = defaultdict(set)
        self._contents: defaultdict[str, set[str]] = defaultdict(set)
        """Of a container, after the last event."""
        self._containers: defaultdict[str, set[str]] = defaultdict(set)
        """That goods ever lay in: whoever took them out may have said so late."""
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        """The other way: what ever lay in a container, without lots, of which only some did."""
        self._spellings: defaultdict[str, set[str]] = defaultdict(set)
        self.makers: dict[str, str] = {}
        """Who (GLN) was the first to say that they made each of the goods, as `first_makers` has it."""
        for each in sorted(told, key=lambda each: (each.captured_at_ms, each.key)):
            for goods in each.words.made:
                self.makers.setdefault(plain(goods), each.submitter)
            for box in each.roles["parent"] if each.words.packs else ():
                self.makers.setdefault(plain(box), owner_by_filling(box, each.submitter))
        took: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for each in told:
            took[_transformation(each)] |= each.roles["input"]
        for each in sorted(told, key=by_time):
            for name in set().union(*each.roles.values()):
                self._spell(name, self.makers.get(plain(name), each.submitter) == each.submitter)
            self._make(each, took[_transformation(each)])
            if each.words.kind == "AggregationEvent":
                self._pack(each)

    def reaching(self, subject: str) -> set[str]:
        """The goods whose recall holds for `subject`: itself, all that it was made from, holds or lies in.

        Not what lies beside it. A recalled container says nothing of a lot of which some lies in it.
        """
        self._spell(subject)
        whole = _closure([plain(subject)], lambda name: self._sources[name] | self._contents[name])
        boxes = _closure((name for name in whole if not is_lot(name)), self._containers.__getitem__)
        return self._as_told(whole | boxes) | {
            full for name in whole for lot in self._sources[name] if (full := spelled(name, lot)) is not None
        }

    def reached_from(self, recalled: str) -> set[str]:
        """The goods for which a recall of `recalled` holds, and every container that some of them lay in.

        A container that was emptied and used again is among them: better one too many.
        """
        self._spell(recalled)
        start = plain(recalled)
        units = [] if is_lot(start) else _closure([start], self._held.__getitem__)
        reached = _closure([start, *units], lambda name: self._products[name] | self._containers[name])
        return self._as_told(reached)

    def lying_in(self, name: str) -> set[str]:
        """The containers that it lies in after the last event, and what those lie in."""
        return _closure(
            [plain(name)], lambda each: {box for box in self._containers[each] if each in self._contents[box]}
        )

    def _spell(self, name: str, counts: bool = True) -> None:
        """The link of an item may itself say which lot it is of. Of what was made, only its maker knows."""
        self._spellings[plain(name)].add(name)
        lot = lot_in(name) if counts else None
        if lot is not None:
            self._link(lot, plain(name))

    def _as_told(self, names: Collection[str]) -> set[str]:
        return set(names).union(*(self._spellings[name] for name in names))

    def _make(self, told: Told, took: Iterable[str]) -> None:
        lot = told.words.lot
        for goods in told.words.made:
            if self.makers[plain(goods)] == told.submitter:
                for source in (*took, *([lot] if lot else [])):
                    self._link(plain(source), plain(goods))

    def _link(self, source: str, goods: str) -> None:
        self._sources[goods].add(source)
        self._products[source].add(goods)

    def _pack(self, told: Told) -> None:
        action, children = told.words.action, set(map(plain, told.roles["child"]))
        for parent in map(plain, told.roles["parent"]):
            if action == "ADD":
                self._contents[parent] |= children
                self._held[parent].update(child for child in children if not is_lot(child))
                for child in children:
                    self._containers[child].add(parent)
            elif action == "DELETE":
                self._contents[parent] -= children or set(self._contents[parent])


def at_recall(told: Collection[Told], recalled_at_ms: int | None) -> list[Told]:
    """Those by which a recall of that moment, or one that is made only now, reaches goods.

    A link that was declared wrong before is none; after that it stays: nobody gets goods out of a recall by
    taking back what they were made of. That something was taken out of a container has to stand for good.
    """
    before, ever = declared_wrong(told, recalled_at_ms), declared_wrong(told)
    counting = [each for each in told if not each.is_declaration]
    return [each for each in counting if each.name not in (ever if each.words.action == "DELETE" else before)]


def is_lot(name: str) -> bool:
    """Whether a canonical Digital Link names a lot: a class, of which some may lie anywhere."""
    return "/10/" in name and "/21/" not in name


def _transformation(told: Told) -> tuple[str, str]:
    """Several events of one party with one transformationID are one transformation (EPCIS 2.0, 7.4.5)."""
    return told.submitter, told.words.transformation or told.key


def _closure(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(start)
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += following(name)
    return reached
