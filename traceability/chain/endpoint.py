"""What may be shown of a chain endpoint's address, and which addresses are one and the same."""

import socket
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from traceability.errors import InvalidInput

LOOPBACK = "127.0.0.1"
_SCHEMES = ("http", "https")
_WEB_PORTS = (80, 443)


def name_of(url: str) -> str:
    """Host and port alone: paths and user names of endpoints are often keys. Raises `InvalidInput`.

    However a host is spelt, it has one name here, and all of loopback has one: an endpoint under two names
    would agree with itself. Ports 80 and 443 are left out. What only DNS knows to be one host stays two.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        # As the socket would: wide letters and dots become plain ones.
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError as error:
        raise InvalidInput(f"chain endpoint is not a URL: {error}") from error
    if parts.scheme not in _SCHEMES or not host:
        raise InvalidInput(
            f"chain endpoint has scheme {parts.scheme!r}, want http://host:port or https://host"
        )
    name = _one_name(host.removesuffix("."))
    # Under either scheme, since http://a:443 and https://a reach one port.
    return name if port is None or port in _WEB_PORTS else f"{name}:{port}"


def _one_name(host: str) -> str:
    if host == "localhost" or host.endswith(".localhost"):
        return LOOPBACK
    address = _address(host)
    if address is None:
        return host
    # Who connects to "any address" reaches loopback.
    return LOOPBACK if address.is_loopback or address.is_unspecified else str(address)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        # "127.1" and "0x7f000001" are addresses to a socket, though not to `ip_address`.
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        pass
    try:
        address = IPv6Address(host)
    except ValueError:
        return None
    return address.ipv4_mapped or address
