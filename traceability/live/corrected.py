"""Which claims were corrected on air, as the record in the log has it."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from traceability.live.ports import AirStore
from traceability.live.record import Kind, Record

MOST_ROOMS = 256
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Corrected:
    at_ms: int
    offer: str
    """Code of what was on offer when the claim was made."""
    text: str
    """What the overlay showed in the place of the claim, in the room's language."""
    found: Mapping[str, str] = field(hash=False)
    """What the records hold of it, by language; empty if they hold nothing."""
    event: str
    """Key of the event that tells it."""


@dataclass(slots=True)
class _Read:
    up_to: int = 0
    """Number of the last record that was read."""
    warned: dict[int, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    """The offer that each warning was about and what the records hold, by its number."""
    found: list[Corrected] = field(default_factory=list)

    def take(self, records: Iterable[Record]) -> None:
        for each in records:
            self.up_to = each.number
            match each.kind, each.body:
                case Kind.WARNED, {"offer": str(offer)}:
                    self.warned[each.number] = offer, each.body.get("found") or {}
                case Kind.CORRECTED, {"warning": warning, "text": str(text)} if warning in self.warned:
                    offer, found = self.warned[warning]
                    self.found.append(Corrected(each.at_ms, offer, text, found, each.event or ""))


class Corrections:
    """Each record is read once, however often a page asks; one that no event tells yet is not read."""

    def __init__(self, air: AirStore) -> None:
        self._air = air
        self._rooms: OrderedDict[str, _Read] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, room: str) -> tuple[Corrected, ...]:
        """In the room with this code, the oldest first."""
        with self._lock:
            read = self._rooms.setdefault(room, _Read())
            self._rooms.move_to_end(room)
            if len(self._rooms) > MOST_ROOMS:
                self._rooms.popitem(last=False)
            while True:
                records = self._air.records(room, read.up_to, _AT_ONCE)
                told = list(takewhile(lambda each: each.event is not None, records))
                read.take(told)
                if len(told) < _AT_ONCE:
                    return tuple(read.found)
