"""Server-sent events as plain ASGI: each listener is sent the newest state, and none waits for another."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.headers import NOTHING_RUNS, SAFE
from api.page_cache import Head, as_head

STREAM = "guoji.stream"
"""Where in the scope a route hands the stream over to the front."""
COME_BACK_MS = (1_000, 5_000)
"""When a listener who was cut off is to come back: each is told another time, lest all come at once."""
SILENT_AT_MOST_S = 10
"""Then a comment is sent: a line that is dead is found out by it, and no proxy takes it for forgotten."""
_COMMENT = b":\n\n"
_HEAD: Head = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    *as_head(SAFE),
    (b"content-security-policy", NOTHING_RUNS.encode()),
]


def event(number: int, state: bytes) -> bytes:
    """As it goes over the wire, whatever line breaks `state` has."""
    return b"id: %d\ndata: %b\n\n" % (number, b"\ndata: ".join(state.splitlines()))


class Listener:
    """One answer that has no end. A slow one misses states; only the newest waits for it."""

    __slots__ = ("_is_sending", "_next", "_send", "_task")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._next = b""
        self._is_sending = True
        """Until `stay` has begun the answer, nothing may be sent beside it."""
        self._task: asyncio.Task[None] | None = None

    def tell(self, what: bytes) -> None:
        self._next = what
        if not self._is_sending:
            self._is_sending = True
            self._task = asyncio.create_task(self._catch_up())

    def remind(self) -> None:
        """Say nothing, aloud; who is still being told something needs no reminder."""
        if not self._is_sending:
            self.tell(_COMMENT)

    async def stay(self, receive: Receive) -> None:
        """Begin the answer; return when the listener has hung up, or the server ends."""
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEAD})
        retry = b"retry: %d\n\n" % random.randint(*COME_BACK_MS)  # noqa: S311 (no secret)
        await self._send({"type": "http.response.body", "body": retry, "more_body": True})
        await self._catch_up()
        with suppress(asyncio.CancelledError):
            while (await receive())["type"] != "http.disconnect":
                pass
        if self._task is not None:
            self._task.cancel()

    async def _catch_up(self) -> None:
        # Some servers say by an error that it hung up; `stay` hears of it anyway.
        with suppress(OSError):
            while what := self._next:
                self._next = b""
                await self._send({"type": "http.response.body", "body": what, "more_body": True})
        self._is_sending, self._task = False, None


class Feed:
    """One state as it becomes known, and all who listen to it. What is sent is made once."""

    def __init__(self, now_s: float) -> None:
        """`now_s` here and below is by a clock that only goes forward."""
        self.number = 0
        self._newest = b""
        self._listeners: set[Listener] = set()
        self._told_at_s = now_s

    def __len__(self) -> int:
        return len(self._listeners)

    def add(self, listener: Listener) -> None:
        """It is told at once what all others know."""
        self._listeners.add(listener)
        if self._newest:
            listener.tell(self._newest)

    def remove(self, listener: Listener) -> None:
        self._listeners.remove(listener)

    def tell(self, number: int, state: bytes, now_s: float) -> None:
        self.number, self._newest, self._told_at_s = number, event(number, state), now_s
        for each in self._listeners:
            each.tell(self._newest)

    def remind(self, now_s: float) -> None:
        """Unless all were told something lately."""
        if now_s - self._told_at_s > SILENT_AT_MOST_S:
            self._told_at_s = now_s
            for each in self._listeners:
                each.remind()


Hearing = Callable[[Listener], AbstractContextManager[None]]
"""Within it a listener is told all that there is to hear. Raises `Busy` where one more would be too many."""


class EventStream(Response):
    """What a route answers to somebody who will listen: the front streams, when the framework is done."""

    def __init__(self, hearing: Hearing) -> None:
        super().__init__()
        self._hearing = hearing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[STREAM].append(self._hearing)


async def stream(hearing: Hearing, receive: Receive, send: Send) -> None:
    """Returns when the listener has hung up. Raises `Busy` before anything was sent."""
    listener = Listener(send)
    with hearing(listener):
        await listener.stay(receive)
