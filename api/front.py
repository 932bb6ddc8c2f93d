"""Answers scans from memory, before the framework; what is not kept waits its turn."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from weakref import WeakValueDictionary

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.headers import NOTHING_RUNS, SAFE
from api.page_cache import BROTLI, GZIP, IDENTITY, Form, Head, Page, PageCache, Standing, as_head, as_lines

MOST_KNOWN = 16_384
"""Requests, as they were worded, of which it is remembered which page answers them."""
LONGEST_KNOWN = 2_000
"""Bytes of such a request."""
AT_ONCE = 2
"""Pages that are looked up and rendered at a time. They share one processor: more would not be ready sooner,
and whoever looks at the store would wait for them."""
SHORT_LINE = 4
"""So many different pages may wait for a turn only because there are news about them."""
MOST_WAITING = 5_000
"""One more is told to come back."""
_FOUND = "guoji.found"
_WEIGHT = re.compile(rb"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_OK, _NOT_MODIFIED = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 304 Not Modified\r\n"
_BUSY: Head = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"retry-after", b"2"),
    (b"cache-control", b"no-store"),
    *as_head(SAFE),
    (b"content-security-policy", NOTHING_RUNS.encode()),
]
_BUSY_SAYS = "现在扫码的人太多，请稍后再试。\nToo many scan at once; please try again in a moment.\n".encode()

_Worded = tuple[bytes, bytes, bytes, bytes]
"""Path, query, Accept and Accept-Language, as they came: all that decides which page answers."""


@dataclass(frozen=True, slots=True)
class Known:
    """Which page answers a request."""

    page: Hashable
    """Its key in the cache."""
    extra: Head
    """Headers of this request alone."""
    end: bytes
    """Of the head of its answer, as it is sent: these headers and an empty line."""
    standing: Standing
    """Of that this page answers it, and no other."""


_Answer = tuple[Page, Known]


class KeptAnswer(Response):
    """What a route answers whose page is kept: the front sends it, now and by itself from then on."""

    def __init__(self, page: Page, more: Mapping[str, str], standing: Standing) -> None:
        """`more` are headers of this request alone; `standing` is that of its being answered by this page."""
        super().__init__()
        extra = as_head(more)
        self._page = page
        self._known = Known(page.key, extra, as_lines(extra) + b"\r\n", standing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_FOUND].append((self._page, self._known))


class Front:
    """Plain ASGI around the application. It knows requests by how they are worded, and parses none."""

    def __init__(self, app: ASGIApp, cache: PageCache) -> None:
        self._app = app
        self._cache = cache
        self._known: OrderedDict[_Worded, Known] = OrderedDict()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._paths: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Each held by whoever has a turn for this path, or is next: however the others word it, they would
        only wait for the same page, and must not do that in a turn."""
        self._waiting = 0
        self._asking: dict[_Worded, asyncio.Event] = {}
        """Requests that somebody asks the application; set once it has answered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _is_kept(scope):
            await self._app(scope, receive, send)
            return
        headers = _first(scope)
        worded = (
            scope["raw_path"],
            scope["query_string"],
            headers.get(b"accept", b""),
            headers.get(b"accept-language", b""),
        )
        found = self._kept(worded)
        if found is None:
            found = await self._from_others(worded)
        if found is None:
            self._cache.numbers.misses += 1
            found = await self._asked(worded, scope, receive, send)
        if found is not None:
            # Nobody waits for a turn here: a reader may be slow.
            await _send(*found, scope["method"], headers, send)

    def at_hand(self, target: bytes, headers: Mapping[bytes, bytes]) -> tuple[bytes, ...] | None:
        """The answer to a GET as it is sent, the status line first; None if it is not at hand.

        The names in `headers` are in small letters.
        """
        path, _, query = target.partition(b"?")
        found = self._kept((path, query, headers.get(b"accept", b""), headers.get(b"accept-language", b"")))
        if found is None:
            return None
        page, known = found
        form = page.in_(_encoding(headers.get(b"accept-encoding", b"")))
        if _has(form, headers.get(b"if-none-match", b"")):
            return _NOT_MODIFIED, form.unchanged_wire, known.end
        return _OK, form.wire, known.end, form.body

    def _kept(self, worded: _Worded) -> _Answer | None:
        known = self._known.get(worded)
        page = None if known is None else self._cache.standing(known.page)
        if known is None or page is None or not known.standing.holds():
            return None
        self._known.move_to_end(worded)
        self._cache.answered(page)
        return page, known

    async def _from_others(self, worded: _Worded) -> _Answer | None:
        """What stood until moments ago, while somebody else has it made anew; or what they are given then.

        Where a line has formed, nothing is made anew that may be shown a little longer: its turns are for
        pages that nobody has made yet, and for those of which something was taken back.
        """
        asking = self._asking.get(worded)
        if asking is None and len(self._asking) < SHORT_LINE:
            return None
        if (lagging := self._lagging(worded)) is not None or asking is None or self._waiting >= MOST_WAITING:
            return lagging
        self._waiting += 1
        try:
            await asking.wait()
        finally:
            self._waiting -= 1
        return self._lagging(worded)

    def _lagging(self, worded: _Worded) -> _Answer | None:
        known = self._known.get(worded)
        if known is None or not known.standing.lags() or not (page := self._cache.lagging(known.page)):
            return None
        self._cache.numbers.lagging += 1
        return page, known

    async def _asked(self, worded: _Worded, scope: Scope, receive: Receive, send: Send) -> _Answer | None:
        """What the application says; None if it was said already, since it is not kept."""
        if self._waiting >= MOST_WAITING:
            self._cache.numbers.turned_away += 1
            await send({"type": "http.response.start", "status": 503, "headers": _BUSY})
            await send({"type": "http.response.body", "body": _BUSY_SAYS})
            return None
        self._waiting += 1
        answered = self._asking[worded] = asyncio.Event()
        found: list[_Answer] = []
        try:
            async with self._paths.setdefault(scope["path"], asyncio.Lock()), self._turn:
                await self._app({**scope, _FOUND: found}, receive, send)
            for _, known in found:
                self._learn(worded, known)
        finally:
            self._waiting -= 1
            # Two ask the same only where the first got nothing that could be kept.
            if self._asking.get(worded) is answered:
                del self._asking[worded]
            answered.set()
        return next(iter(found), None)

    def _learn(self, worded: _Worded, known: Known) -> None:
        self._known.pop(worded, None)
        if sum(map(len, worded)) <= LONGEST_KNOWN:
            self._known[worded] = known
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


async def _send(page: Page, known: Known, method: str, headers: dict[bytes, bytes], send: Send) -> None:
    form = page.in_(_encoding(headers.get(b"accept-encoding", b"")))
    if _has(form, headers.get(b"if-none-match", b"")):
        head = form.unchanged + known.extra
        await send({"type": "http.response.start", "status": HTTPStatus.NOT_MODIFIED, "headers": head})
        await send({"type": "http.response.body"})
        return
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": form.head + known.extra})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else form.body})


def _has(form: Form, if_none_match: bytes) -> bool:
    return bool(if_none_match) and (form.etag in if_none_match or if_none_match.strip() == b"*")


def _is_kept(scope: Scope) -> bool:
    """Whether its answers may be: a path of GS1 begins with a number, or is an RFID tag's; else a proof.

    The record of a live room is one, too.
    """
    path: bytes = scope["raw_path"]
    is_record = path.startswith(b"/live/") and path.endswith(b"/record")
    return path[1:2].isdigit() or path[1:3] in (b"eh", b"ex") or path == b"/proof" or is_record


def _first(scope: Scope) -> dict[bytes, bytes]:
    """Of a header that is sent twice, the first counts, as for the framework."""
    return dict(reversed(scope["headers"]))


@lru_cache(1024)
def _encoding(accepted: bytes) -> str:
    """The smallest that the reader takes (RFC 9110, 12.5.3)."""
    weights: dict[bytes, float] = {}
    for each in accepted.lower().split(b","):
        name, _, parameter = each.strip().partition(b";")
        weights[name.strip()] = _weight(parameter)
    anything = weights.get(b"*", 0)
    return next((each for each in (BROTLI, GZIP) if weights.get(each.encode(), anything) > 0), IDENTITY)


def _weight(parameter: bytes) -> float:
    """0 for what is no weight (RFC 9110, 12.4.2)."""
    name, _, value = parameter.strip().partition(b"=")
    if name.strip() != b"q":
        return 1
    return float(value) if _WEIGHT.fullmatch(value) else 0
