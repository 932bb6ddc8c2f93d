"""Where, when and by whom the fruit of a lot was harvested, through all that was packed out of what."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from graphlib import CycleError, TopologicalSorter

from traceability.proof.custody import Custody
from traceability.proof.history import History, told_in
from traceability.proof.records import Record
from traceability.proof.told import Told


@dataclass(frozen=True, slots=True)
class Harvest:
    """Some of a lot coming into being, whatever its event calls the step."""

    party: str
    """GLN of whoever says so."""
    plot: str | None
    """Canonical identifier of the read point: where the event says that it was, not where the goods went."""
    at: datetime


class Grown:
    """From all records that are known; a party that never held goods says nothing of them (docs/adr/0033)."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._history = History(told_in(map(Told.of, records)))
        self._custody = Custody(self._history)

    def harvests(self, lot: str) -> list[Harvest] | None:
        """All that `lot` comes from; None where the records do not lead back to a harvest for all of it."""
        found: list[Harvest] = []
        sources: dict[str, set[str]] = {}
        drawn: list[tuple[Told, str]] = []
        waiting = {lot}
        while waiting:
            made = self._made(waiting)
            if not all(made.values()):
                return None
            found += (_harvest(each) for told in made.values() for each in told if _is_harvest(each))
            for name, told in made.items():
                taken = [(part, each) for one in told for part, each in self._taken(one)]
                sources[name] = {each for _, each in taken}
                drawn += taken
            waiting = set().union(*sources.values()) - sources.keys()
        were_held = all(self._custody.stands(told, source) for told, source in drawn)
        return found if were_held and _leads_back(sources) else None

    def _made(self, goods: Set[str]) -> dict[str, list[Told]]:
        """By which events each of the goods came into being, as its holders say."""
        self._history.learn(goods)
        self._custody.settle(goods)
        return {
            name: [
                each
                for each in self._custody.standing(self._history.counting(name), name)
                if name in each.words.made
            ]
            for name in goods
        }

    def _taken(self, made: Told) -> Iterator[tuple[Told, str]]:
        """What was turned into it, and by which event."""
        if not _is_harvest(made):
            for part in self._history.parts(made):
                yield from ((part, source) for source in part.roles["input"])


def _is_harvest(made: Told) -> bool:
    return made.words.kind == "ObjectEvent"


def _harvest(told: Told) -> Harvest:
    return Harvest(told.submitter, told.words.read_point, told.at)


def _leads_back(sources: Mapping[str, Set[str]]) -> bool:
    """Whether nothing is made out of itself, however indirectly: that would come from nowhere."""
    try:
        TopologicalSorter(sources).prepare()
    except CycleError:
        return False
    return True
