"""Post a document to a partner's webhook, signed with the token that the partner has chosen."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from traceability.alerts.webhook import Allowed, check_url, key_of, post, resolve, signature
from traceability.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class PartnerPost:
    allowed: Allowed
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    now_s: Callable[[], float] = time.time

    def check(self, dest: str) -> None:
        """Raises `InvalidInput` for where nothing may be sent, as far as its text tells."""
        check_url(dest, self.allowed)
        parts = urlsplit(dest)
        if _is_address(parts.hostname or ""):
            resolve(parts.hostname or "", parts.port or 443, self.allowed, parts.scheme)

    def __call__(self, dest: str, secret: str | None, key: str, body: bytes) -> int:
        """The status of the answer. Raises `Unavailable` or `InvalidInput` without one."""
        at = str(int(self.now_s()))
        headers = {"webhook-id": key, "webhook-timestamp": at}
        if secret is not None:
            signed = signature(_key(secret), key, at, body)
            # EPCIS 2.0 leaves the kind of signature open: so both headers say the same.
            headers |= {"webhook-signature": signed, "GS1-Signature": signed}
        return post(dest, body, headers, self.allowed, self.tls)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _key(secret: str) -> bytes:
    """Base64 where the token says that it is, as in Standard Webhooks, else its own characters."""
    try:
        return key_of(secret)
    except InvalidInput:
        return secret.encode()
