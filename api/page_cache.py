"""Keeps pages as they are sent: rendered and compressed once, made anew when what they say has changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from gzip import compress as gzip
from hashlib import sha256
from math import inf
from time import monotonic
from typing import Protocol

import brotli

from api.headers import NOTHING_RUNS, SAFE

MOST_BYTES = 256 * 1024 * 1024
PER_PAGE_BYTES = 16 * 1024
"""What a page takes beside its bodies, for its heads and what it was made from."""
HOT = 64
SETTLED_S = 5
"""After so many answers, and as long a life, a page is worth what brotli's smallest form costs."""
FIRST_QUALITY, LAST_QUALITY = 5, 11
BROTLI, GZIP, IDENTITY = "br", "gzip", "identity"
_NOT_WITH_304 = (b"content-length", b"content-encoding", b"content-type", b"content-security-policy")

Head = list[tuple[bytes, bytes]]
"""Headers as ASGI sends them."""


def as_head(headers: Mapping[str, str]) -> Head:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


def as_lines(head: Head) -> bytes:
    """As HTTP/1.1 sends them."""
    return b"".join(b"%b: %b\r\n" % each for each in head)


class Standing(Protocol):
    def holds(self) -> bool:
        """Whether all that a page says is known to be still so. Asked for each answer."""

    def is_found_to_hold(self) -> bool:
        """The same, but looks if it is not known. Raises `Unavailable`."""

    def lags(self) -> bool:
        """Whether it holds, or may still be shown to others while somebody has it made anew."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as its route made it."""

    body: bytes
    headers: Mapping[str, str]
    """But for those of length, encoding and ETag."""
    standing: Standing


@dataclass(frozen=True, slots=True)
class Form:
    """A page in one encoding, and the head of its answer."""

    body: bytes
    etag: bytes
    head: Head
    unchanged: Head
    """Of "not modified"."""
    wire: bytes
    """The head as it is sent."""
    unchanged_wire: bytes


class Page:
    """One page in all the encodings that were asked for."""

    def __init__(self, key: Hashable, rendered: Rendered) -> None:
        self.key = key
        self.standing = rendered.standing
        self.answered = 0
        self.settled_at_s = monotonic() + SETTLED_S
        self._headers = rendered.headers
        said = repr(sorted(rendered.headers.items())).encode() + rendered.body
        self._tag = sha256(said).hexdigest()[:20]
        packed = brotli.compress(rendered.body, quality=FIRST_QUALITY)
        self.forms = {BROTLI: self._form(packed, BROTLI, FIRST_QUALITY)}
        """By encoding; the identity is never kept."""
        self.size = PER_PAGE_BYTES + 3 * len(packed)
        """Bytes that it may come to take, in both encodings."""

    def in_(self, encoding: str) -> Form:
        form = self.forms.get(encoding)
        if form is None:
            body = brotli.decompress(self.forms[BROTLI].body)
            if encoding != GZIP:
                return self._form(body, encoding, 0)
            form = self.forms[GZIP] = self._form(gzip(body, 6, mtime=0), GZIP, 6)
        return form

    def press(self) -> None:
        """Put brotli's smallest form in the place of its quick one."""
        body = brotli.decompress(self.forms[BROTLI].body)
        packed = brotli.compress(body, quality=LAST_QUALITY)
        self.forms[BROTLI] = self._form(packed, BROTLI, LAST_QUALITY)

    def _form(self, body: bytes, encoding: str, quality: int) -> Form:
        # A strong one: other bytes have another.
        etag = f'"{self._tag}-{encoding}{quality}"'
        own = {"Content-Length": str(len(body)), "ETag": etag, "Content-Security-Policy": NOTHING_RUNS}
        headers = {**own, **self._headers, **SAFE}
        if encoding != IDENTITY:
            headers["Content-Encoding"] = encoding
        head = as_head(headers)
        unchanged = [each for each in head if each[0] not in _NOT_WITH_304]
        return Form(body, etag.encode(), head, unchanged, as_lines(head), as_lines(unchanged))


@dataclass(slots=True)
class Numbers:
    """Since the start of this process."""

    hits: int = 0
    """Requests that were answered from memory."""
    lagging: int = 0
    """Requests that found somebody asking for the same, and got what that gave or had given."""
    misses: int = 0
    renders: int = 0
    turned_away: int = 0
    bytes: int = 0
    """That are taken now."""


class PageCache:
    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = threading.Lock()
        # Two pages may share one: then the second waits for the first, which takes the processor anyway.
        self._renders = [threading.Lock() for _ in range(64)]
        self._pressing = ThreadPoolExecutor(1, "press")
        self.numbers = Numbers()

    def standing(self, key: Hashable) -> Page | None:
        """The page, if there is one and it still stands."""
        page = self._pages.get(key)
        if page is None or not page.standing.holds():
            return None
        self._used(key)
        return page

    def lagging(self, key: Hashable) -> Page | None:
        """The page, even if it is being made anew for somebody else, as long as that can be borne."""
        page = self._pages.get(key)
        return page if page is not None and page.standing.lags() else None

    def of(self, key: Hashable, render: Callable[[], Rendered]) -> Page:
        """The page, rendered by one who asks while the others wait. Raises what `render` raises."""
        with self._renders[hash(key) % len(self._renders)]:
            page = self._pages.get(key)
            if page is not None and page.standing.is_found_to_hold():
                self._used(key)
            else:
                self.numbers.renders += 1
                page = Page(key, render())
                self._keep(page)
            return page

    def answered(self, page: Page) -> None:
        """Count an answer from memory; a page that many ask for is pressed, behind."""
        self.numbers.hits += 1
        page.answered += 1
        if page.answered >= HOT and monotonic() >= page.settled_at_s:
            page.settled_at_s = inf
            self._pressing.submit(page.press)

    def _used(self, key: Hashable) -> None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)

    def _keep(self, page: Page) -> None:
        with self._lock:
            self._drop(page.key)
            self._pages[page.key] = page
            self.numbers.bytes += page.size
            while self.numbers.bytes > self._most_bytes and len(self._pages) > 1:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: Hashable) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self.numbers.bytes -= page.size
