"""Where and when the fruit of a lot was harvested, through all that was packed out of what."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from traceability.proof.records import Record, makers, standing


@dataclass(frozen=True, slots=True)
class Harvest:
    plots: frozenset[str]
    """Canonical Digital Links of the places where it was."""
    at: datetime


class Grown:
    """Made in one go from all records that are known."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._harvests: defaultdict[str, list[Harvest]] = defaultdict(list)
        self._sources: defaultdict[str, set[str]] = defaultdict(set)
        for each in makers(standing(records)):
            roles = each.event.identifiers_by_role()
            if "action" in each.event.body and each.event.is_harvest:
                harvest = Harvest(frozenset(roles["place"]), each.event.event_time)
                for lot in roles["class"]:
                    self._harvests[lot].append(harvest)
            for made in roles["output"]:
                self._sources[made].update(roles["input"])

    def harvests(self, lot: str) -> list[Harvest] | None:
        """All that `lot` comes from; None where the records do not lead back to a harvest for all of it."""
        found: list[Harvest] = []
        seen, waiting = {lot}, [lot]
        while waiting:
            name = waiting.pop()
            if not self._harvests[name] and not self._sources[name]:
                return None
            found += self._harvests[name]
            new = self._sources[name] - seen
            seen |= new
            waiting += new
        return found
