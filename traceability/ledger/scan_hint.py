"""Turns what a request shows of a phone into two hints that nobody can turn back once the salt is gone."""

import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

_DOMAIN = b"\x01guoji/scan-hint\x00"
HINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a request shows; used for the hints and then forgotten."""

    address: str
    """Of whoever asks, as the web server sees it; a text that is no address counts as one network."""
    agent: str
    languages: str


def hints(salt: bytes, item: str, visitor: Visitor, party: str | None) -> tuple[bytes, bytes]:
    """Of device and network, 8 bytes each.

    The item goes in, so that one phone cannot be followed from item to item. A party's own scans have a hint
    of the party. Of the address only its network counts: a phone gets another address every few hours.
    """
    network = _network(visitor.address)
    phone = (network, visitor.agent, visitor.languages) if party is None else ("party", party)
    return _hint(salt, "device", item, *phone), _hint(salt, "network", item, network)


def _network(address: str) -> str:
    try:
        length = 24 if ip_address(address).version == 4 else 48
        return str(ip_network(f"{address}/{length}", strict=False))
    except ValueError:
        return ""


def _hint(salt: bytes, *parts: str) -> bytes:
    # Each part goes in as its digest, so that no two lists of parts make one text.
    digests = (hashlib.sha256(part.encode("utf-8", "replace")).digest() for part in parts)
    return hmac.digest(salt, _DOMAIN + b"".join(digests), hashlib.sha256)[:HINT_BYTES]
