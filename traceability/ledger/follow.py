"""Follows what comes to the store, so that what was made from it is known to stand, or not."""

import threading
from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Protocol, TypeVar

from traceability.ledger.footing import Change, Footing

T = TypeVar("T")

EVERY_S = 0.25
"""Between two looks at the store while anybody asks."""
LATE_S = 0.75
"""From then on nothing is known to stand before the next look has ended. With the second for which a cache
before us may keep a page, and the time to make it, a recall is through within two."""
LAG_S = 60
"""For so long after it was touched a thing may be shown while it is made anew, if nothing was taken back."""
MOST_CHANGES = 2_000
MOST_NAMES = 500_000
"""Of changes, and names in them, that are remembered; what was made before them counts as touched."""


class Changes(Protocol):
    def since_last(self, shown: Collection[str]) -> Change:
        """What was committed since this was asked last. Raises `Unavailable`, and then passes nothing over.

        When readings were taken need be exact only for the devices (alias) that are `shown`.
        """


@dataclass(slots=True)
class Standing:
    """Of one thing that was made: whether all that it was made from is still so."""

    follower: "Follower"
    footing: Footing
    tick: int
    """Of the last change that it was held against."""
    touched_at_s: float = inf
    """When the first was seen that touches it."""
    is_warned: bool = False
    """Whether one of them takes back what it is made from."""

    def holds(self) -> bool:
        """False also while it is not known, because the last look at the store was too long ago."""
        return self.follower.keeps_up() and self.follower.spares(self)

    def is_found_to_hold(self) -> bool:
        """The same after a look, if one is due. Raises `Unavailable`."""
        self.follower.look()
        return self.follower.spares(self)

    def lags(self) -> bool:
        """Whether it holds, or may still be shown to others while somebody has it made anew."""
        return self.follower.keeps_up() and self.follower.bears(self)


class Follower:
    """Looks at the store while somebody asks, and rests while nobody does."""

    def __init__(self, changes: Changes, clock_s: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._changes = changes
        self._clock_s = clock_s
        self._now = now
        self._looks = threading.Lock()
        """Held during a look, which may take as long as the store does."""
        self._behind = ThreadPoolExecutor(1, "follow")
        self._asked_at_s = self._seen_at_s = -inf
        self._passing = threading.Lock()
        """Held for moments, while the changes are gone through."""
        self._passed: deque[tuple[float, Change]] = deque()
        """Each with when it was seen."""
        self._names = 0
        self._shown: set[str] = set()
        self.tick = 0
        """How many changes were seen."""

    def keeps_up(self) -> bool:
        """Whether the last look is young enough. One that is due begins meanwhile; nobody waits for it."""
        now_s = self._clock_s()
        if now_s - self._asked_at_s >= EVERY_S:
            self._asked_at_s = now_s
            self._behind.submit(self.look, EVERY_S)
        return now_s - self._seen_at_s < LATE_S

    def look(self, unless_younger_s: float = LATE_S) -> None:
        """Look at the store, unless the last look is young enough. Raises `Unavailable`."""
        with self._looks:
            began_s = self._clock_s()
            if began_s - self._seen_at_s < unless_younger_s:
                return
            change = self._changes.since_last(frozenset(self._shown))
            if change:
                self._pass(began_s, change)
            self._asked_at_s = self._seen_at_s = began_s

    def made(self, make: Callable[[Footing], T]) -> tuple[T, Standing]:
        """What `make` gives, which notes in the footing what it is made from, and whether it still stands."""
        # Before it is made: what comes meanwhile may touch it, and is looked at then.
        tick, footing = self.tick, Footing()
        return make(footing), self.standing(footing, tick)

    def standing(self, footing: Footing, tick: int) -> Standing:
        """Of what was made from when `tick` was the newest change."""
        self._shown |= footing.devices.keys()
        return Standing(self, footing, tick)

    def spares(self, standing: Standing) -> bool:
        """Whether nothing that was seen touches it, and its time is not over."""
        self._catch_up(standing)
        return standing.touched_at_s == inf and not self._has_ended(standing)

    def bears(self, standing: Standing) -> bool:
        """Whether what touches it came moments ago, and takes nothing back."""
        self._catch_up(standing)
        is_late = standing.touched_at_s != inf and self._clock_s() - standing.touched_at_s >= LAG_S
        return not (standing.is_warned or is_late or self._has_ended(standing))

    def _has_ended(self, standing: Standing) -> bool:
        until = standing.footing.until
        return until is not None and self._now() >= until

    def _catch_up(self, standing: Standing) -> None:
        """Hold it against the changes since."""
        if standing.tick == self.tick:
            return
        with self._passing:
            missed = self.tick - standing.tick
            if missed > len(self._passed):
                standing.touched_at_s, standing.is_warned = -inf, True
            else:
                for back in range(missed, 0, -1):
                    seen_at_s, change = self._passed[-back]
                    if change.touches(standing.footing):
                        standing.touched_at_s = min(standing.touched_at_s, seen_at_s)
                        standing.is_warned |= change.warns(standing.footing)
            standing.tick = self.tick

    def _pass(self, seen_at_s: float, change: Change) -> None:
        with self._passing:
            self._passed.append((seen_at_s, change))
            self._names += len(change.names)
            while len(self._passed) > MOST_CHANGES or self._names > MOST_NAMES:
                self._names -= len(self._passed.popleft()[1].names)
            self.tick += 1
