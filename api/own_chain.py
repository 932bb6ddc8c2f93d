"""What pages need to know of the chain that this server's own trust policy names."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from traceability.proof.trust import TrustPolicy

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")


@lru_cache(maxsize=1)
def contract(policy: str) -> str | None:
    """Lower-case 0x hex; None where the policy names no chain."""
    return TrustPolicy.parse(policy).contract


@lru_cache(maxsize=1)
def origins(policy: str) -> tuple[str, ...]:
    """Of the endpoints, as a Content-Security-Policy writes them.

    It cannot write an IPv6 address: phones ask such an endpoint through this server.
    """
    urls = [urlsplit(url) for url in TrustPolicy.parse(policy).endpoints]
    found = [f"{url.scheme}://{url.netloc}" for url in urls if _HOST.fullmatch(url.netloc)]
    return tuple(dict.fromkeys(found))
