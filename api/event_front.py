"""Lets listeners in while there are places, and streams to them what the framework has found for them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.event_stream import STREAM, Hearing, stream
from api.headers import NOTHING_RUNS, SAFE
from api.page_cache import Head, as_head
from api.problems import Busy
from api.scan_visit import visitor_of
from traceability.ledger.scan_hint import network_of

MOST_LISTENERS = 8_000
"""In one process: each costs an open connection and its memory."""
_ROOTS = "/live/", "/overlay/"
_BUSY: Head = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"retry-after", b"10"),
    (b"cache-control", b"no-store"),
    *as_head(SAFE),
    (b"content-security-policy", NOTHING_RUNS.encode()),
]


class Places:
    """How many listen at a time. From one network not more than half: the other half is for others."""

    def __init__(self, most: int | None = None) -> None:
        self._most = MOST_LISTENERS if most is None else most
        self._taken = 0
        self._of_one: Counter[str] = Counter()

    @contextmanager
    def taken_by(self, network: str) -> Iterator[None]:
        """Raises `Busy`."""
        if self._taken >= self._most:
            raise Busy("as many overlays are on air as this server shows at once; try again")
        if self._of_one[network] >= max(1, self._most // 2):
            raise Busy("too many overlays are on air from one network; try again")
        self._taken += 1
        self._of_one[network] += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._of_one[network] -= 1
            if not self._of_one[network]:
                del self._of_one[network]


class EventFront:
    """Plain ASGI around the application and its front. Of what the framework needed for a request nothing is
    left while somebody listens."""

    def __init__(self, app: ASGIApp, address_header: str = "", places: Places | None = None) -> None:
        """`address_header` is set by a reverse proxy; empty where whoever connects is the listener."""
        self._app = app
        self._address_header = address_header
        self._places = places or Places()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_for_events(scope):
            await self._app(scope, receive, send)
            return
        address = visitor_of(Request(scope), self._address_header).address
        try:
            # Before anything is looked up: a crowd asks the store no more than there are places.
            with self._places.taken_by(network_of(address)):
                await self._let_in(scope, receive, send)
        except Busy as busy:
            await send({"type": "http.response.start", "status": 503, "headers": _BUSY})
            await send({"type": "http.response.body", "body": f"{busy}\n".encode()})

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        found: list[Hearing] = []
        await self._app({**scope, STREAM: found}, receive, send)
        for hearing in found:
            await stream(hearing, receive, send)


def _is_for_events(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    # As routes are found: an encoded path leads to the same one.
    path: str = scope["path"]
    return path.endswith("/events") and path.startswith(_ROOTS)
