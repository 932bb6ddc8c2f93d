"""How the system is: asked once in a while and by one at a time, for asking costs a call to each part."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from fastapi.concurrency import run_in_threadpool

from api.present.text import plain

KEPT_S: Final = 2.0
AWAY: Final = "away"

_log = logging.getLogger(__name__)


class Health(Protocol):
    """Of each thing we lean on: None if well, else one line that says what is wrong."""

    @property
    def store(self) -> str | None: ...
    @property
    def broker(self) -> str | None: ...
    @property
    def chain(self) -> str | None: ...


class Readiness:
    """Remembers an answer for `KEPT_S`. Who comes while it is asked for waits without holding a thread."""

    def __init__(self, ask: Callable[[], Health], clock_s: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock_s = clock_s
        self._lock = asyncio.Lock()
        self._parts: Mapping[str, str] = {}
        self._asked_at_s = 0.0

    async def parts(self) -> Mapping[str, str]:
        """ "ok" or `AWAY` for store, broker and chain; what is wrong is for the log, not for strangers."""
        async with self._lock:
            if not self._parts or self._clock_s() - self._asked_at_s >= KEPT_S:
                self._parts = _told(await run_in_threadpool(self._ask))
                self._asked_at_s = self._clock_s()
            return self._parts


def _told(health: Health) -> Mapping[str, str]:
    faults = {"store": health.store, "broker": health.broker, "chain": health.chain}
    for name, fault in faults.items():
        if fault is not None:
            _log.warning("%s is away: %s", name, plain(fault))
    return {name: "ok" if fault is None else AWAY for name, fault in faults.items()}
