"""Fetch from a web server that may be hostile: whole, within a size, and all of it within a time."""

import socket
import time
from contextlib import suppress
from functools import cache, partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ssl import SSLContext, create_default_context
from threading import Timer
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from traceability.errors import Unavailable, Unknown

USER_AGENT = "Mozilla/5.0"
"""Of a verifier and an auditor alike: whom to be honest to must not stand in a header."""
_GONE = (404, 410)


def fetch(
    request: Request, within_s: float, at_most: int, *, elsewhere: bool = False, address: str | None = None
) -> bytes:
    """The body of the answer. A redirection is followed only if it may come from `elsewhere`: who is asked
    must not send an auditor into a network of his own. With an `address`, it comes from there, through no
    proxy: asking again for the name could give another one than was checked.

    Raises `Unknown` if the server says that there is none, `Unavailable` if it does not come whole, within
    `at_most` bytes and `within_s` seconds. Neither repeats the URL, which may hold a secret.
    """
    request.add_header("User-Agent", USER_AGENT)
    with _Deadline(within_s, address) as deadline:
        try:
            opener = _opener(deadline, elsewhere, proxied=address is None)
            with opener.open(request, timeout=within_s) as response:
                data = _body(response, at_most)
            deadline.left_s()  # what was cut off because time was up may look whole
        except HTTPError as error:
            error.close()
            kind = Unknown if error.code in _GONE else Unavailable
            raise kind(f"the server answers {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(_plainly(deadline.passed or error)) from error
    return data


def _plainly(error: Exception) -> str:
    """Without what Python wraps around the system's own words."""
    reason = error.reason if isinstance(error, URLError) else error
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def _body(response: HTTPResponse, at_most: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ValueError("it is compressed, which was not asked for")
    data = bytearray()
    while chunk := response.read1(1 << 16):
        data += chunk
        if len(data) > at_most:
            raise ValueError(f"it has more than {at_most} bytes")
    # Cut off on the way, it must not pass for what the server says.
    if len(data) != int(response.headers.get("Content-Length", len(data))):
        raise ValueError(f"cut off after {len(data)} bytes")
    return bytes(data)


def _opener(deadline: "_Deadline", elsewhere: bool, proxied: bool) -> OpenerDirector:
    """For http and https alone, wherever one is sent."""
    opener = OpenerDirector()
    followed = (HTTPRedirectHandler(),) if elsewhere else ()
    proxies = ProxyHandler(None if proxied else {})
    shared = (UnknownHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor())
    for handler in (proxies, *shared, *followed, _Connecting(deadline)):
        opener.add_handler(handler)
    return opener


class _Deadline:
    """A time-out of a socket starts anew with each byte. This one ends what is connected under it."""

    def __init__(self, within_s: float, only_to: str | None) -> None:
        self._within_s = within_s
        self._only_to = only_to
        self._at = time.monotonic() + within_s
        self._timer = Timer(within_s, self._end)
        self._connected: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()  # it must not end what has our socket's number next
        for each in self._connected:
            each.close()

    @property
    def passed(self) -> TimeoutError | None:
        late = time.monotonic() >= self._at
        return TimeoutError(f"not whole within {self._within_s:g} s") if late else None

    def left_s(self) -> float:
        """Raises `TimeoutError` if nothing is left."""
        if self.passed:
            raise self.passed
        return self._at - time.monotonic()

    def connect(self, address: tuple[str, int], *_: object) -> socket.socket:
        """As `socket.create_connection`, but the time is for all addresses of a host together."""
        failed: OSError | None = None
        host, port = address
        for found in socket.getaddrinfo(self._only_to or host, port, type=socket.SOCK_STREAM):
            try:
                connected = socket.create_connection((str(found[4][0]), port), self.left_s())
            except OSError as error:
                failed = error
            else:
                # A second handle: TLS takes the first one over.
                self._connected.append(connected.dup())
                if self.passed:
                    self._end()
                return connected
        raise failed or OSError(f"{host} has no address")

    def _end(self) -> None:
        for each in self._connected:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class _Connecting(HTTPHandler, HTTPSHandler):
    def __init__(self, deadline: _Deadline) -> None:
        super().__init__()
        self._connect = deadline.connect

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(self._connection, HTTPConnection), req)

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(self._connection, HTTPSConnection, context=_tls()), req)

    def _connection(self, kind: type[HTTPConnection], host: str, **options: object) -> HTTPConnection:
        connection = kind(host, **options)  # type: ignore[arg-type]
        # What http.client leaves open to replace; a connection has no public way to be ended meanwhile.
        connection._create_connection = self._connect  # type: ignore[attr-defined]
        return connection


@cache
def _tls() -> SSLContext:
    """Reading the world's certificates takes longer than most fetches."""
    return create_default_context()
