"""Whether the lists at hand say that a credential was revoked, or that it was not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.proof.credential import Credential
from traceability.proof.issuers import TrustedIssuer
from traceability.proof.judged import Found, Judged, Outcome
from traceability.proof.signed import check_signature
from traceability.proof.status_list import StatusEntry, StatusList


def status(
    signed: Judged, credential: Credential, issuer: TrustedIssuer, texts: Sequence[str], now: datetime
) -> Judged:
    """What `signed`, of which all else holds, comes to with these lists (as text)."""
    if not credential.status:
        return replace(signed, reason=f"{issuer.id} signed it, and keeps no list of what it revoked")
    known = [each for text in texts if (each := _authentic(text, issuer)) is not None]
    made: list[datetime] = []
    for entry in credential.status:
        lists = [each for each in known if each.url == entry.list_url and entry.purpose in each.purposes]
        lists.sort(key=lambda each: each.signed.valid_from)
        bad = _bad_status(entry, lists, now)
        if bad is not None:
            as_of = lists[-1].signed.valid_from if lists else None
            return replace(signed, outcome=bad[0], reason=bad[1], as_of=as_of)
        made.append(lists[-1].signed.valid_from)
    as_of = min(made)
    return replace(signed, reason=f"{issuer.id} signed it, and had not revoked it by {as_of}", as_of=as_of)


def _bad_status(entry: StatusEntry, lists: Sequence[StatusList], now: datetime) -> Found:
    """`lists` are authentic, oldest first."""
    if not lists:
        return (
            Outcome.STATUS_UNKNOWN,
            f"not known to be unrevoked: no status list {entry.list_url} is at hand",
        )
    # A revocation is for ever, whatever a newer list says; a suspension is not.
    telling = lists if entry.purpose == "revocation" else lists[-1:]
    if any(entry.index >= len(each.bits) * 8 for each in telling):
        return Outcome.STATUS_UNKNOWN, f"not known to be unrevoked: status list {entry.list_url} is too short"
    for each in telling:
        if each.is_set(entry.index):
            return Outcome.REVOKED, f"{entry.purpose} stands in the list of {each.signed.valid_from}"
    newest = lists[-1].signed
    if lists[-1].ends_before(now) or now < newest.valid_from:
        span = f"{newest.valid_from} to {newest.valid_until}"
        return Outcome.STATUS_UNKNOWN, f"not known to be unrevoked now: the newest status list is for {span}"
    return None


def _authentic(text: str, issuer: TrustedIssuer) -> StatusList | None:
    """The list, if this issuer signed it; whatever else it is, it says nothing."""
    try:
        found = StatusList.parse(text)
        if found.signed.issuer != issuer.id:
            return None
        check_signature(found.signed, issuer)
    except (InvalidInput, CheckFailed, Unavailable):
        return None
    return found
