"""Traces that were just made, so that a crowd scanning one code costs little more than one shopper."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from traceability.ledger.follow import Follower, Standing
from traceability.ledger.footing import Footing
from traceability.ledger.trace import Trace
from traceability.log.name_map import name_hash

MOST = 256
"""Subjects kept; the one that was asked for longest ago goes first."""


@dataclass(frozen=True, slots=True)
class Made:
    """A trace, and whether it still stands: `standing` may be kept for longer than the trace."""

    trace: Trace
    standing: Standing


@dataclass(slots=True)
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while the trace is made: the others wait for it and do not make their own."""
    made: Made | None = None


class RecentTraces:
    """`make` gives the trace of a subject, and notes in the footing what it is made from."""

    def __init__(self, make: Callable[[str, Footing], Trace], follower: Follower) -> None:
        self._make = make
        self._follower = follower
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def watch(self, names: Iterable[str]) -> Standing:
        """Of whatever follows from that no event has named these yet, or only those that have until now."""
        self._follower.look()
        return self._follower.standing(Footing(names=set(map(name_hash, names))), self._follower.tick)

    def of(self, subject: str) -> Made:
        """As the store was less than `LATE_S` ago. Raises what `make` raises, and `Unavailable`."""
        with self._lock:
            kept = self._kept.setdefault(subject, _Kept())
            self._kept.move_to_end(subject)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        with kept.lock:
            self._follower.look()
            if kept.made is None or not self._follower.spares(kept.made.standing):
                kept.made = Made(*self._follower.made(lambda footing: self._make(subject, footing)))
            return kept.made
