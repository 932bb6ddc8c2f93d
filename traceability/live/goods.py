"""What a sentence about the lot of an offer comes to, spoken or on the overlay."""

from collections.abc import Sequence
from datetime import UTC, datetime

from traceability.claims.check import Checked, Verdict, check
from traceability.claims.claim import Claim
from traceability.claims.detect import detect
from traceability.claims.facts import Facts, Recall
from traceability.claims.judged import Evidence
from traceability.claims.normal import language_of
from traceability.claims.read_facts import FORMAT, read_facts
from traceability.errors import InvalidInput

_NOTHING = read_facts({"format": FORMAT, "events": [], "made_at": "1970-01-01T00:00:00Z"})
_NOT_WHILE_RECALLED = {
    "zh": "这批货正在召回：先停止推荐，按召回说明处理",
    "en": "This lot is recalled: stop offering it, and do what the recall says",
}


def recall_of(facts: Facts, on: datetime) -> Recall | None:
    """The newest one that is in force."""
    return next((each for each in facts.recalls or () if each.is_in_force(on)), None)


def check_said(text: str, facts: Facts | None, on: datetime) -> Checked:
    """What `text` comes to; without facts, only words that nothing could support are found in it.

    While the lot is recalled, nothing that is said for it is supported but that it is. Raises `InvalidInput`
    for a text that is too long.
    """
    if facts is None:
        return check(text, _NOTHING, on, _words_alone)
    checked, recall = check(text, facts, on), recall_of(facts, on)
    speaks_for_it = checked.verdict is Verdict.SUPPORTED and checked.rule and checked.rule.topic != "recalled"
    return _not_while(recall, text, checked) if recall and speaks_for_it else checked


def check_point(text: str, facts: Facts, on: datetime) -> Checked:
    """The same for a sentence on the overlay: while the lot is recalled, nothing there is supported."""
    checked, recall = check(text, facts, on), recall_of(facts, on)
    if recall is None or checked.verdict not in (Verdict.SUPPORTED, Verdict.NO_CLAIM):
        return checked
    return _not_while(recall, text, checked)


def _not_while(recall: Recall, text: str, checked: Checked) -> Checked:
    found = Evidence("event", recall.key, {"zh": "这批货正在召回", "en": "this lot is recalled"})
    suggestion = _NOT_WHILE_RECALLED[language_of(text)]
    return Checked(text, Verdict.UNSUPPORTED, checked.rule, (found,), suggestion)


def check_name(what: str, name: str, now_ms: int) -> None:
    """Raises `InvalidInput` for one with words in it that no record could support: names, too, advertise."""
    checked = check_said(name, None, datetime.fromtimestamp(now_ms / 1000, UTC))
    if checked.verdict is Verdict.FORBIDDEN and checked.rule:
        raise InvalidInput(
            f"{what} is {name!r}: nobody may say that of goods ({checked.rule.id}, {checked.rule.source})"
        )


def _words_alone(text: str, said_at: datetime) -> Sequence[Claim]:
    return [each for each in detect(text, said_at) if each.rule.topic == "forbidden"]
