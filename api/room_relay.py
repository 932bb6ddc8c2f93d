"""Hands on what is shown in live rooms: one look at the store for all rooms that somebody listens to here."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from api.event_stream import Feed, Listener
from traceability.errors import TraceError
from traceability.live.ports import AirStore, RoomStore, Shown
from traceability.live.room import Phase

EVERY_S = 0.02
AGAIN_AFTER_S = 0.5
"""Where the store did not answer."""

_log = logging.getLogger(__name__)


class RoomRelay:
    """Feeds by the code of their room. It looks while somebody listens."""

    def __init__(self, rooms: RoomStore, air: AirStore, every_s: float = EVERY_S) -> None:
        self._rooms = rooms
        self._air = air
        self._every_s = every_s
        self._feeds: dict[str, Feed] = {}
        self._looking: asyncio.Task[None] | None = None

    def is_heard(self, code: str) -> bool:
        """Whether somebody listens already."""
        return code in self._feeds

    def last_words(self, code: str) -> Shown | None:
        """What a room that has ended shows for ever, number 0 if nothing; None of one that goes on.

        Asks the store. Raises `Unknown`.
        """
        if self._rooms.room(code).phase is not Phase.ENDED:
            return None
        return self._air.shown_since({code: 0}).get(code, Shown(0, 0, b""))

    @contextmanager
    def heard_by(self, code: str, listener: Listener) -> Iterator[None]:
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        feed = self._feeds.setdefault(code, Feed(_now_s()))
        feed.add(listener)
        try:
            yield
        finally:
            feed.remove(listener)
            if not feed:
                del self._feeds[code]
            if not self._feeds and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _look(self) -> None:
        is_away = False
        while True:
            seen = {code: feed.number for code, feed in self._feeds.items()}
            try:
                shown = await asyncio.to_thread(self._air.shown_since, seen)
            except Exception as error:  # noqa: BLE001 - whatever it is, listeners stay, and hear of it by silence
                if not is_away:
                    _log.warning("rooms are silent: %s", error, exc_info=not isinstance(error, TraceError))
                is_away = True
            else:
                is_away = False
                self._tell(shown)
            for feed in self._feeds.values():
                feed.remind(_now_s())
            await asyncio.sleep(AGAIN_AFTER_S if is_away else self._every_s)

    def _tell(self, shown: Mapping[str, Shown]) -> None:
        for code, news in shown.items():
            # The last listener may have left meanwhile.
            if feed := self._feeds.get(code):
                feed.tell(news.number, news.state, _now_s())


def _now_s() -> float:
    return asyncio.get_running_loop().time()
