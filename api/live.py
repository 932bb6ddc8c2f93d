"""Live listeners: one computation a subject and second, however many listen; each gets the newest state."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from traceability.errors import TraceError

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
        """Called in a thread. What it raises of the error tree costs that one state."""
        self._every_s = every_s
        self._feeds: dict[str, _Feed] = {}

    def now(self, subject: str) -> States:
        """The state at this moment. Raises what computing it raises, `Unknown` among it."""
        return self._compute(subject)

    async def states(self, subject: str, lang: str) -> AsyncIterator[bytes]:
        """The newest state, at most once each period; a slow listener misses some, and queues none."""
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

    async def _run(self, subject: str, feed: _Feed) -> None:
        while True:
            try:
                states = await asyncio.to_thread(self._compute, subject)
            except TraceError as error:
                # The listener's own watchdog shows that news stopped; the next period tries again.
                _log.warning("no live state of %s: %s", subject, error)
            else:
                async with feed.news:
                    feed.states = states
                    feed.number += 1
                    feed.news.notify_all()
            await asyncio.sleep(self._every_s)
