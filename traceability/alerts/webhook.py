"""Post to a webhook, signed after the Standard Webhooks specification, only where it may go."""

import hashlib
import hmac
import http.client
import socket
import ssl
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import urlsplit

from traceability.alerts.alert import Notice
from traceability.errors import InvalidInput, Unavailable

WITHIN_S = 5
"""For each wait."""
LONGEST_S = 20
"""For all of it."""
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
SHORTEST_SECRET = 24
"""Bytes; so the specification wants it."""

_UNICAST = ip_network("2000::/3")
"""All of IPv6 that was ever given out (RFC 4291 2.4). Beside it lie forms that lead to any IPv4 address."""
_TUNNELS = [ip_network(each) for each in ("2001::/32", "2002::/16", "192.88.99.0/24")]
"""Public by their form: Teredo and 6to4 lead to IPv4 addresses, private ones too."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where webhooks may lead besides public addresses over https."""

    private_hosts: Collection[str] = ()
    """Names whose addresses may be private."""
    loopback: bool = False
    """Whether this machine may be named, by http too."""

    @classmethod
    def read(cls, private_hosts: str, loopback: bool) -> "Allowed":
        """As settings say it: names with commas between them."""
        return cls([host.strip() for host in private_hosts.split(",") if host.strip()], loopback)


@dataclass(frozen=True, slots=True)
class Webhook:
    url: str
    secret: str = field(repr=False)
    """`whsec_` and base64."""
    allowed: Allowed
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    now_s: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        key_of(self.secret)
        check_url(self.url, self.allowed)

    def __call__(self, notice: Notice) -> None:
        """Raises `Unavailable` unless it answers 2xx; a redirect is not followed."""
        at = str(int(self.now_s()))
        key = key_of(self.secret)
        headers = {
            "webhook-id": notice.key,
            "webhook-timestamp": at,
            "webhook-signature": signature(key, notice.key, at, notice.body),
        }
        status = post(self.url, notice.body, headers, self.allowed, self.tls)
        if not 200 <= status < 300:
            raise Unavailable(f"webhook at {urlsplit(self.url).hostname} answered {status}, want 2xx")


def post(
    url: str, body: bytes, headers: Mapping[str, str], allowed: Allowed, tls: ssl.SSLContext | None = None
) -> int:
    """The status of the answer; a redirect is not followed.

    Raises `Unavailable` if nobody answers in time, `InvalidInput` for where nothing may be sent.
    """
    check_url(url, allowed)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = resolve(host, port, allowed, parts.scheme)
    connection = _connection(parts.scheme, host, port, address, tls)
    # A receiver that sends its answer byte by byte keeps within each wait, and must not hold us for ever.
    hang_up = Timer(LONGEST_S, _hang_up, [connection])
    hang_up.start()
    try:
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"webhook at {host}: {error or type(error).__name__}") from error
    finally:
        hang_up.cancel()
        connection.close()


def _connection(
    scheme: str, host: str, port: int, address: str, tls: ssl.SSLContext | None
) -> http.client.HTTPConnection:
    """To the address that was checked: asking again for the name could give another one."""
    if scheme == "http":
        connection = http.client.HTTPConnection(host, port, timeout=WITHIN_S)
    else:
        context = tls or ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=WITHIN_S, context=context)
    # The library's own hook for where a connection goes; TLS still checks the certificate for `host`.
    connection._create_connection = lambda _, *rest: socket.create_connection(  # type: ignore[attr-defined]
        (address, port), *rest
    )
    return connection


def _hang_up(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):  # it may not be connected, or not any more
        connection.sock.shutdown(socket.SHUT_RDWR)


def signature(secret: bytes, key: str, at: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id, time and body."""
    signed = f"{key}.{at}.".encode() + body
    return "v1," + b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def check_url(url: str, allowed: Allowed) -> None:
    """Raises `InvalidInput` for what is no webhook's URL."""
    try:
        parts = urlsplit(url)
        sound = (
            parts.scheme in ("https", "http")
            and parts.hostname
            and parts.port != 0
            and "@" not in parts.netloc
        )
    except ValueError:
        sound = False
    if not sound or not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidInput(f"webhook {url[:200]!r}: want https://host/path")
    if parts.scheme == "http" and not allowed.loopback:
        raise InvalidInput(
            f"webhook {url[:200]!r}: want https; only to this machine may a setting allow http"
        )


def resolve(host: str, port: int, allowed: Allowed, scheme: str = "https") -> str:
    """An address of `host` that a webhook may be sent to.

    Raises `InvalidInput` if one of its addresses is not allowed, `Unavailable` if it has none now.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that no name server could hold
        raise Unavailable(f"webhook host {host}: {error}") from error
    addresses = [str(each[4][0]) for each in found]
    for text in addresses:
        address = ip_address(text.partition("%")[0])
        if not _may_go_to(address, host, scheme, allowed):
            raise InvalidInput(f"webhook host {host} leads to {text}, which no setting allows")
    return addresses[0]


def _may_go_to(address: IPv4Address | IPv6Address, host: str, scheme: str, allowed: Allowed) -> bool:
    if address.is_loopback:
        return allowed.loopback
    if scheme == "http":
        return False
    if host in allowed.private_hosts:
        return True
    is_unicast = address in _UNICAST if address.version == 6 else not address.is_multicast
    return address.is_global and is_unicast and not any(address in each for each in _TUNNELS)


def key_of(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or len(key) < SHORTEST_SECRET:
        raise InvalidInput(
            f"a webhook's secret is {SECRET_PREFIX} and base64 of {SHORTEST_SECRET} bytes or more"
        )
    return key
