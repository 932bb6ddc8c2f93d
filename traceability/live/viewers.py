"""Leads viewers from a short code to the lot's page, and counts them by the minute."""

import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from traceability.errors import TraceError
from traceability.live.ports import RoomStore, Visits
from traceability.live.room import Room

MINUTES = 15
"""So many, up to the one that is running, are shown to the host."""
KNOWN_FOR_S = 60
"""How long an offer that was taken out of its room may still lead on."""
MOST_KNOWN = 4_096
WRITE_AFTER_S = 1.0
"""Visits wait so long in memory: a crash loses at most those."""
_A_MINUTE_MS = 60_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """Where the short code of an offer leads."""

    offer: str
    """The code itself."""
    subject: str
    """Canonical Digital Link of the lot."""
    room: str
    """Code of the room."""


class Viewers:
    """Known ways cost no look at the store, and a visit costs no write of its own."""

    def __init__(
        self,
        rooms: RoomStore,
        visits: Visits,
        now_ms: Callable[[], int],
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        self._rooms = rooms
        self._visits = visits
        self._now_ms = now_ms
        self._clock_s = clock_s
        self._known: OrderedDict[str, tuple[float, Way]] = OrderedDict()
        """By code; each with when it was looked up."""
        self._came: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()
        self._is_due = False
        """Whether visits are about to be written."""

    def known(self, code: str) -> Way | None:
        """From memory alone; None if it has to be looked up."""
        with self._lock:
            looked_up_at_s, way = self._known.get(code, (0, None))
        return way if way and self._clock_s() - looked_up_at_s < KNOWN_FOR_S else None

    def way(self, code: str) -> Way:
        """Looked up in the store. Raises `Unknown`."""
        room, offer = self._rooms.of_offer(code)
        way = Way(offer.code, offer.subject, room.code)
        with self._lock:
            self._known.pop(code, None)
            self._known[code] = self._clock_s(), way
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return way

    def came(self, way: Way) -> None:
        """Count a visit. Nothing is kept of who came."""
        with self._lock:
            self._came[way.offer, self._now_ms() // _A_MINUTE_MS] += 1
            was_due, self._is_due = self._is_due, True
        if not was_due:
            # No daemon: a server that is told to stop still writes what it counted.
            threading.Timer(WRITE_AFTER_S, self.write).start()

    def write(self) -> None:
        """Hand the visits to the store, in one commit; if it is away they wait for the next visit."""
        with self._lock:
            counts, self._came, self._is_due = self._came, Counter(), False
        try:
            self._visits.came(counts)
        except TraceError as error:
            _log.warning("visits wait to be written: %s", error)
            with self._lock:
                self._came.update(counts)

    def visits_a_minute(self, room: Room) -> tuple[int, ...]:
        """Of all its offers together, over the last `MINUTES`; the last is the minute that is running."""
        now = self._now_ms() // _A_MINUTE_MS
        since = now - MINUTES + 1
        counted = self._visits.by_minute([each.code for each in room.offers], since)
        return tuple(counted.get(minute, 0) for minute in range(since, now + 1))
