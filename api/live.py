"""Live listeners: one computation a subject and second, however many listen; each gets the newest state."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from api.problems import Busy
from traceability.errors import TraceError

MOST_FEEDS = 64
"""Subjects on air at once: each costs a look at the store every second."""
MOST_LISTENERS = 1000
"""Of all feeds together: each costs an open connection."""

_log = logging.getLogger(__name__)

States = Mapping[str, bytes]
"""One state of a subject, written in each language."""


@dataclass(slots=True)
class _Feed:
    states: States = field(default_factory=dict)
    number: int = 0
    """Grows by one with each state."""
    listeners: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None


class Live:
    """Feeds by subject. A feed runs while somebody listens."""

    def __init__(self, compute: Callable[[str], States], every_s: float = 1) -> None:
        self._compute = compute
        """Called in a thread. What it raises costs that one state."""
        self._every_s = every_s
        self._feeds: dict[str, _Feed] = {}

    def now(self, subject: str) -> States:
        """The state at this moment. Raises what computing it raises, `Unknown` among it."""
        return self._compute(subject)

    def make_sure_of_room(self, subject: str) -> None:
        """Raises `Busy` if one more listener to `subject` would be too many."""
        if not self._has_room(subject):
            raise Busy("as many overlays are on air as this server shows at once; try again")

    async def states(self, subject: str, lang: str) -> AsyncIterator[bytes]:
        """The newest state, at most once each period; a slow listener misses some, and queues none.

        None at all if there is no room: a crowd that comes at once can outrun `make_sure_of_room`.
        """
        if not self._has_room(subject):
            return
        feed = self._feeds.setdefault(subject, _Feed())
        feed.listeners += 1
        if feed.task is None:
            feed.task = asyncio.create_task(self._run(subject, feed))
        seen = 0
        try:
            while True:
                async with feed.news:
                    while feed.number == seen:
                        await feed.news.wait()
                    seen, state = feed.number, feed.states[lang]
                yield state
        finally:
            feed.listeners -= 1
            if not feed.listeners:
                feed.task.cancel()
                del self._feeds[subject]

    def _has_room(self, subject: str) -> bool:
        listeners = sum(feed.listeners for feed in self._feeds.values())
        return listeners < MOST_LISTENERS and (subject in self._feeds or len(self._feeds) < MOST_FEEDS)

    async def _run(self, subject: str, feed: _Feed) -> None:
        while True:
            try:
                states = await asyncio.to_thread(self._compute, subject)
            except TraceError as error:
                # The listener's own watchdog shows that news stopped; the next period tries again.
                _log.warning("no live state of %s: %s", subject, error)
            except Exception:  # noqa: BLE001 - a fault of ours costs a state, never the stream
                _log.exception("no live state of %s", subject)
            else:
                async with feed.news:
                    feed.states = states
                    feed.number += 1
                    feed.news.notify_all()
            await asyncio.sleep(self._every_s)
