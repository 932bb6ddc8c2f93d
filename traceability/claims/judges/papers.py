"""Judges claims that need a paper, and those that no paper allows."""

import re
from datetime import datetime

from traceability.claims.claim import Claim
from traceability.claims.data import named, says
from traceability.claims.facts import Certificate, Facts
from traceability.claims.judged import UNKNOWN, Evidence, Judged, Truth, is_true
from traceability.claims.moments import Moment, moments


def forbidden(claim: Claim, facts: Facts, on: datetime) -> Judged | None:
    """What is denied is not said."""
    return None if claim.negated else Judged(Truth.FORBIDDEN)


def unrecorded(claim: Claim, facts: Facts, on: datetime) -> Judged:
    return UNKNOWN


def certified(claim: Claim, facts: Facts, on: datetime) -> Judged | None:
    """A scheme: a certificate of it must be valid on the day."""
    scheme = claim.rule.options["scheme"]
    if says("expired", claim.clause):
        return None  # `certificate_validity` judges that
    if not scheme and says("known_scheme", claim.clause):
        return None  # the rule of that scheme judges it
    held = [each for each in facts.certificates if not scheme or any(word in each.name for word in scheme)]
    if not held and claim.rule.options["without"] == "forbidden":
        return None if claim.negated else Judged(Truth.FORBIDDEN)
    return _on_that_day(held, on)


def _on_that_day(held: list[Certificate], on: datetime) -> Judged:
    valid = [each for each in held if each.is_valid(on) and each.valid_until is not None]
    if valid:
        return is_true(True, *(_shown(each) for each in valid))
    expired = [each for each in held if each.has_expired(on)]
    if expired:
        return Judged(Truth.EXPIRED, tuple(_shown(each) for each in expired))
    return Judged(Truth.UNKNOWN, tuple(_shown(each) for each in held))


def certificate_validity(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """That it is still valid, that it has expired, or until when."""
    scheme = named("known_scheme", claim.clause)
    held = [
        each for each in facts.certificates if each.valid_until and (scheme is None or scheme in each.name)
    ]
    if not held:
        return UNKNOWN
    evidence = [_shown(each) for each in held]
    stated = _stated_end(claim, on)
    if stated is not None:
        return is_true(any(_ends_in(each, stated) for each in held), *evidence)
    expired = any(each.has_expired(on) for each in held)
    if says("expired", claim.clause):
        return is_true(expired, *evidence)
    return Judged(Truth.EXPIRED, tuple(evidence)) if expired else is_true(True, *evidence)


def _stated_end(claim: Claim, on: datetime) -> Moment | str | None:
    dated = next((each for each in moments(claim.clause, on) if each.first is not None), None)
    year = re.search(r"(?<!\d)(20\d\d)(?!\d)", claim.clause)
    return dated or (year[1] if year else None)


def _ends_in(certificate: Certificate, stated: Moment | str) -> bool:
    assert certificate.valid_until is not None
    if isinstance(stated, str):
        return str(certificate.valid_until.year) == stated
    return stated.holds(certificate.valid_until.replace(hour=12))


def _shown(certificate: Certificate) -> Evidence:
    until = certificate.valid_until
    zh = f"有效期至 {until:%Y-%m-%d}" if until else "没有写明有效期"
    en = f"valid until {until:%Y-%m-%d}" if until else "states no validity"
    return Evidence(
        "certificate",
        certificate.key,
        {"zh": f"{certificate.name[:80]}：{zh}", "en": f"{certificate.name[:80]}: {en}"},
    )


def traceable(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """As far as the server of the trace says: a stranger checks the proof himself."""
    found = {"zh": f"溯源页的状态：{facts.verdict}", "en": f"state of the trace page: {facts.verdict}"}
    truth = {"verified": Truth.TRUE, "contradicted": Truth.FALSE}.get(facts.verdict, Truth.UNKNOWN)
    return Judged(truth, (Evidence("trace", None, found),))
