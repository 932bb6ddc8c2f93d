"""Fetch the status lists of all issuers that are believed, and keep those that are genuine and no older."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import Request

from traceability.alerts.webhook import Allowed, resolve
from traceability.epcis.compact_jws import MAX_LIST_CHARACTERS
from traceability.errors import CheckFailed, InvalidInput, Unavailable, Unknown
from traceability.fetch import fetch
from traceability.proof.issuers import TrustedIssuer
from traceability.proof.signed import check_signature
from traceability.proof.status_list import StatusList

WITHIN_S = 20


class KeptLists(Protocol):
    def keep(self, url: str, text: str, fetched_at: datetime) -> None: ...
    def text_of(self, url: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Refreshed:
    url: str
    failed: str | None
    """Why it stays as it was; None where it is new."""


def refresh(
    issuers: Sequence[TrustedIssuer], kept: KeptLists, get: Callable[[str], str], now: datetime
) -> Iterator[Refreshed]:
    """One list after the other: one that cannot be had keeps no other from being fetched."""
    for issuer in issuers:
        for url in issuer.lists:
            try:
                text = get(url).strip()
                _check(text, url, issuer, kept.text_of(url))
            except (InvalidInput, CheckFailed, Unavailable, Unknown) as error:
                yield Refreshed(url, str(error))
            else:
                kept.keep(url, text, now)
                yield Refreshed(url, None)


def _check(text: str, url: str, issuer: TrustedIssuer, before: str | None) -> None:
    """Raises `InvalidInput` or `CheckFailed` for a list that is not this one, or an old copy of it."""
    found = StatusList.parse(text)
    if (found.url, found.signed.issuer) != (url, issuer.id):
        raise InvalidInput(f"it is the list {found.url} of {found.signed.issuer}")
    check_signature(found.signed, issuer)
    if before is not None and found.signed.valid_from < StatusList.parse(before).signed.valid_from:
        raise InvalidInput(f"it is of {found.signed.valid_from}, older than the one that is here")


def fetch_list(url: str) -> str:
    """Over https, from a public address, without redirection.

    Raises `InvalidInput`, `Unavailable` or `Unknown`.
    """
    parts = urlsplit(url)
    address = resolve(parts.hostname or "", parts.port or 443, Allowed())
    request = Request(url, headers={"Accept": "application/vc+jwt"})  # noqa: S310 - https, by the policy
    return fetch(request, WITHIN_S, MAX_LIST_CHARACTERS, address=address).decode("ascii", "replace")
