"""Judges claims of whether the goods are, or ever were, recalled."""

from datetime import datetime

from traceability.claims.claim import Claim
from traceability.claims.data import says
from traceability.claims.facts import Facts, Recall
from traceability.claims.judged import UNKNOWN, Evidence, Judged, day, is_true


def recalled(claim: Claim, facts: Facts, on: datetime) -> Judged:
    """In force on that day; or ever before it, if the words say "once"."""
    if facts.recalls is None:
        return UNKNOWN
    known = [each for each in facts.recalls if each.at <= on]
    meant = known if says("once", claim.clause) else [each for each in known if each.is_in_force(on)]
    if not known:
        return is_true(False, _NONE)
    return is_true(bool(meant), *(_shown(each, on) for each in meant or known))


def _shown(recall: Recall, on: datetime) -> Evidence:
    at = day(recall.at.astimezone(on.tzinfo))
    state = ("仍然有效", "in force") if recall.is_in_force(on) else ("已经解除", "released since")
    reasons = (recall.reason.get(language, "") for language in ("zh", "en"))
    zh, en = (f"：{each}" if each else "" for each in reasons)
    return Evidence(
        "event", recall.key, {"zh": f"{at} 召回，{state[0]}{zh}", "en": f"recalled on {at}, {state[1]}{en}"}
    )


_NONE = Evidence("trace", None, {"zh": "没有召回记录", "en": "no recall on record"})
