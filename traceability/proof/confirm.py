"""Whether a laboratory or certifier that the policy believes confirms what a credential says of goods."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from traceability.epcis.event import Event
from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.proof.agree import difference
from traceability.proof.credential import REPORT, Credential
from traceability.proof.grown import Grown
from traceability.proof.issuers import TrustedIssuer
from traceability.proof.judged import Found, Judged, Outcome
from traceability.proof.records import Record
from traceability.proof.revoked import status
from traceability.proof.signed import check_signature

CREDENTIAL, STATUS_LIST = "guoji:credential", "guoji:statusList"
"""The fields of an event that hold one as text."""
_GOODS_ROLES = ("epc", "class", "parent", "child", "output")


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed and known beforehand."""

    issuers: Sequence[TrustedIssuer]
    lists: Sequence[str]
    """Status lists at hand, as text; a wrong one is passed over."""
    now: datetime


@dataclass(frozen=True, slots=True)
class About:
    """The event that carries a credential, as far as it matters for it."""

    event: Event
    goods: tuple[str, ...]
    """Canonical Digital Links."""
    happened_at: datetime
    captured_at: datetime
    grown: Grown

    @classmethod
    def of(cls, record: Record, grown: Grown) -> Self:
        roles = record.event.identifiers_by_role()
        goods = tuple(dict.fromkeys(name for role in _GOODS_ROLES for name in roles[role]))  # type: ignore[index]
        captured_at = datetime.fromtimestamp(record.captured_at_ms / 1000, UTC)
        return cls(record.event, goods, record.event.event_time, captured_at, grown)


def judge(text: str, belief: Belief, about: About | None = None) -> Judged:
    """Judge one credential; without an event, its goods are not looked at."""
    # 1 it can be read         4 the policy trusts its issuer for this, at that time
    # 2 its issuer is known    5 it holds now, and held when the event happened
    # 3 a key of it signed     6 it is about the goods of the event, and the event says nothing else
    #                          7 it was not revoked
    try:
        credential = Credential.parse(text)
    except InvalidInput as error:
        return Judged(Outcome.UNREADABLE, str(error))
    name = credential.signed.issuer
    issuer = next((each for each in belief.issuers if each.id == name), None)
    if issuer is None:
        return Judged(Outcome.UNKNOWN_ISSUER, f"the trust policy names no issuer {name}", credential)
    try:
        check_signature(credential.signed, issuer)
    except CheckFailed as error:
        return Judged(Outcome.NOT_SIGNED, str(error), credential)
    except (Unavailable, InvalidInput) as error:
        return Judged(Outcome.UNCHECKED, str(error), credential)
    signed = Judged(Outcome.CONFIRMED, "", credential, issuer)
    checks: tuple[Callable[[], Found], ...] = (
        lambda: _trusted(credential, issuer, about),
        lambda: _dated(credential, belief.now, about),
        lambda: _covers(credential, about),
        lambda: _agrees(credential, about),
    )
    for check in checks:
        if (found := check()) is not None:
            return replace(signed, outcome=found[0], reason=found[1])
    return status(signed, credential, issuer, _lists(belief, about), belief.now)


def _trusted(credential: Credential, issuer: TrustedIssuer, about: About | None) -> Found:
    if credential.kind not in issuer.kinds:
        return (
            Outcome.NOT_TRUSTED,
            f"{issuer.id} is trusted for {', '.join(issuer.kinds)}, not {credential.kind}",
        )
    since, until = issuer.trusted_from, issuer.trusted_until
    signed_at = credential.signed.valid_from
    if since is not None and signed_at < since:
        return Outcome.NOT_TRUSTED, f"{issuer.id} is trusted from {since} on, this is of {signed_at}"
    # Whoever has an old key can write an old date; when the log took the event is not theirs to say.
    latest = signed_at if about is None else max(signed_at, about.captured_at)
    if until is not None and latest > until:
        return Outcome.NOT_TRUSTED, f"{issuer.id} is trusted until {until}, this is of {latest}"
    return None


def _dated(credential: Credential, now: datetime, about: About | None) -> Found:
    since, until = credential.signed.valid_from, credential.signed.valid_until
    if now < since:
        return Outcome.NOT_YET_VALID, f"it is valid from {since} on"
    if until is not None and now > until:
        return Outcome.EXPIRED, f"it was valid until {until}"
    if about is None:
        return None
    if until is not None and about.happened_at > until:
        return Outcome.EXPIRED, f"it was valid until {until}, the event is of {about.happened_at}"
    # A report is signed after the test that the event tells of; a certificate has to be there before.
    if credential.kind != REPORT and about.happened_at < since:
        return Outcome.NOT_YET_VALID, f"it is valid from {since} on, the event is of {about.happened_at}"
    return None


def _covers(credential: Credential, about: About | None) -> Found:
    if about is None:
        return None
    if not about.goods:
        return Outcome.OUT_OF_SCOPE, "the event names no goods"
    for name in about.goods:
        if name not in credential.lots and not _grew_within(name, credential, about.grown):
            return Outcome.OUT_OF_SCOPE, f"it is not about {name}"
    return None


def _grew_within(lot: str, credential: Credential, grown: Grown) -> bool:
    """Whether all of the lot was harvested by its holder on its plots, while it held."""
    harvests = grown.harvests(lot) if credential.plots else None
    since, until = credential.signed.valid_from, credential.signed.valid_until
    return harvests is not None and all(
        each.party == credential.holder
        and each.plot in credential.plots
        and since <= each.at
        and (until is None or each.at <= until)
        for each in harvests
    )


def _agrees(credential: Credential, about: About | None) -> Found:
    found = None if about is None else difference(about.event, credential)
    return None if found is None else (Outcome.DIFFERS, found)


def _lists(belief: Belief, about: About | None) -> list[str]:
    stapled = None if about is None else about.event.body.get(STATUS_LIST)
    return [*belief.lists, *([stapled] if isinstance(stapled, str) else [])]
