"""What is known of the lot of an offer, and what a sentence about it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from traceability.claims.check import Checked, Verdict, check
from traceability.claims.claim import Claim
from traceability.claims.detect import detect
from traceability.claims.facts import Facts
from traceability.claims.judged import Evidence
from traceability.claims.normal import language_of
from traceability.claims.read_facts import FORMAT, read_facts
from traceability.claims.shape import members

_NOTHING = read_facts({"format": FORMAT, "events": [], "made_at": "1970-01-01T00:00:00Z"})
_NOT_WHILE_RECALLED = {
    "zh": "这批货正在召回：先停止推荐，按召回说明处理",
    "en": "This lot is recalled: stop offering it, and do what the recall says",
}


@dataclass(frozen=True, slots=True)
class Goods:
    facts: Facts
    recall: str | None
    """Key of the event by which the lot is recalled now."""


def read_goods(document: object) -> Goods:
    """From the public JSON of a trace. Raises `InvalidInput` where it is not of that shape."""
    facts = read_facts(document)
    assert isinstance(document, dict)  # read_facts has seen to it
    holding = [each for _, each in members(document, "recalls", "trace") if each.get("holds") is True]
    return Goods(facts, str(holding[0].get("key")) if holding else None)


def check_said(text: str, goods: Goods | None, at: datetime) -> Checked:
    """What `text` comes to; without goods, only words that nothing could support are found in it.

    Raises `InvalidInput` for a text that is too long.
    """
    if goods is None:
        return check(text, _NOTHING, at, _words_alone)
    return check(text, goods.facts, at)


def check_point(text: str, goods: Goods, at: datetime) -> Checked:
    """The same for a sentence on the overlay: while the lot is recalled, nothing there is supported."""
    checked = check_said(text, goods, at)
    if goods.recall is None or checked.verdict not in (Verdict.SUPPORTED, Verdict.NO_CLAIM):
        return checked
    found = Evidence("event", goods.recall, {"zh": "这批货正在召回", "en": "this lot is recalled"})
    suggestion = _NOT_WHILE_RECALLED[language_of(text)]
    return Checked(text, Verdict.UNSUPPORTED, checked.rule, (found,), suggestion)


def _words_alone(text: str, said_at: datetime) -> Sequence[Claim]:
    return [each for each in detect(text, said_at) if each.rule.topic == "forbidden"]
