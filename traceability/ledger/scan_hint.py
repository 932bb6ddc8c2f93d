"""Turns what a request shows of a phone into two hints that nobody can turn back once the salt is gone."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_DOMAIN = b"\x01guoji/scan-hint\x00"
HINT_BYTES = 8
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")
_TRANSLATED = ip_network("64:ff9b::/96")
"""IPv4 addresses as a mobile carrier's IPv6 has them (RFC 6052)."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a request shows; used for the hints and then forgotten."""

    address: str
    """Of whoever asks, as the web server or a proxy has it, perhaps with a port.

    All of whom no address is known are one network, in which no phone is told from another.
    """
    agent: str
    languages: str


def hints(salt: bytes, item: str, visitor: Visitor, party: str | None) -> tuple[bytes, bytes]:
    """Of device and network, 8 bytes each.

    The item goes in, so that one phone cannot be followed from item to item. A party's own scans have a hint
    of the party. Of the address only its network counts: a phone gets another address every few hours.
    """
    network = network_of(visitor.address)
    of_network = _hint(salt, "network", item, network)
    if party is not None:
        return _hint(salt, "device", item, "party", party), of_network
    if not network:
        return of_network, of_network
    return _hint(salt, "device", item, network, visitor.agent, visitor.languages), of_network


def network_of(address: str) -> str:
    """Empty for what is no address."""
    bare = _WITH_PORT.fullmatch(address)
    try:
        found = ip_address((bare[1] or bare[2]) if bare else address)
    except ValueError:
        return ""
    known = _ipv4_in(found) if isinstance(found, IPv6Address) else found
    return str(ip_network((known or found, 24 if known else 48), strict=False))


def _ipv4_in(address: IPv6Address) -> IPv4Address | None:
    """What a dual-stack socket, a tunnel or a translator writes as IPv6: else all of IPv4 is one network."""
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _hint(salt: bytes, *parts: str) -> bytes:
    # Each part goes in as its digest, so that no two lists of parts make one text.
    digests = (hashlib.sha256(part.encode("utf-8", "replace")).digest() for part in parts)
    return hmac.digest(salt, _DOMAIN + b"".join(digests), hashlib.sha256)[:HINT_BYTES]
