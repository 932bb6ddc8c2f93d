"""Live feeds that are computed: once each period, however many listen to one."""

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.event_stream import Feed, Listener
from api.problems import Busy
from traceability.errors import TraceError

MOST_FEEDS = 256
"""In one process: each costs a look at the store every second."""

_log = logging.getLogger(__name__)

Compute = Callable[[], bytes]
"""Called in a thread. What it raises costs that one state."""


@dataclass(slots=True)
class _Running:
    feed: Feed
    task: asyncio.Task[None] = field(init=False)


class Live:
    """Feeds by any key. A feed runs while somebody listens."""

    def __init__(self, every_s: float = 1) -> None:
        self._every_s = every_s
        self._feeds: dict[Hashable, _Running] = {}

    def is_heard(self, key: Hashable) -> bool:
        """Whether somebody listens already."""
        return key in self._feeds

    @contextmanager
    def heard_by(self, key: Hashable, compute: Compute, listener: Listener) -> Iterator[None]:
        """Raises `Busy` if one more feed would be too many."""
        running = self._feeds.get(key)
        if running is None:
            if len(self._feeds) >= MOST_FEEDS:
                raise Busy("as many feeds are on air as this server computes at once; try again")
            running = self._feeds[key] = _Running(Feed(_now_s()))
            running.task = asyncio.create_task(self._run(key, compute, running.feed))
        running.feed.add(listener)
        try:
            yield
        finally:
            running.feed.remove(listener)
            if not running.feed:
                running.task.cancel()
                del self._feeds[key]

    async def _run(self, key: Hashable, compute: Compute, feed: Feed) -> None:
        while True:
            try:
                state = await asyncio.to_thread(compute)
            except TraceError as error:
                # The listener's own watchdog shows that news stopped; the next period tries again.
                _log.warning("no live state of %s: %s", key, error)
            except Exception:  # noqa: BLE001 - a fault of ours costs a state, never the stream
                _log.exception("no live state of %s", key)
            else:
                feed.tell(feed.number + 1, state, _now_s())
            feed.remind(_now_s())
            await asyncio.sleep(self._every_s)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
