"""What a sentence about the lot of an offer comes to, spoken or on the overlay."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from traceability.claims.check import Checked, Verdict, check
from traceability.claims.claim import Claim
from traceability.claims.data import Pattern, pattern
from traceability.claims.detect import detect
from traceability.claims.facts import Facts, Recall
from traceability.claims.judged import Evidence
from traceability.claims.normal import language_of, normal
from traceability.claims.read_facts import FORMAT, read_facts
from traceability.claims.rulebook import rules
from traceability.errors import InvalidInput
from traceability.live.data import load

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

    While the lot is recalled, nothing that is said for it is supported but that it is, what offers or praises
    it is not either, and that it is safe, or sold again, is untrue (recalled.toml). Raises `InvalidInput` for
    a text that is too long.
    """
    if facts is None:
        return check(text, _NOTHING, on, _words_alone)
    checked, recall = check(text, facts, on), recall_of(facts, on)
    if recall is None or checked.verdict in (Verdict.FORBIDDEN, Verdict.CONTRADICTED):
        return checked
    words = normal(text)
    is_honest = _says("honest", words)
    if _says("denies", words) and not is_honest:
        return _not_while(recall, text, checked, Verdict.CONTRADICTED)
    is_claimed = checked.verdict is Verdict.SUPPORTED and checked.rule and checked.rule.topic != "recalled"
    is_offered = checked.verdict is Verdict.NO_CLAIM and _says("offers", words) and not is_honest
    return _not_while(recall, text, checked) if is_claimed or is_offered else checked


def check_point(text: str, facts: Facts, on: datetime) -> Checked:
    """The same for a sentence on the overlay: while the lot is recalled, nothing there is supported."""
    checked, recall = check(text, facts, on), recall_of(facts, on)
    if recall is None or checked.verdict not in (Verdict.SUPPORTED, Verdict.NO_CLAIM):
        return checked
    return _not_while(recall, text, checked)


def _not_while(
    recall: Recall, text: str, checked: Checked, verdict: Verdict = Verdict.UNSUPPORTED
) -> Checked:
    found = Evidence("event", recall.key, {"zh": "这批货正在召回", "en": "this lot is recalled"})
    suggestion = _NOT_WHILE_RECALLED[language_of(text)]
    rule = next(each for each in rules() if each.topic == "recalled")
    return Checked(text, verdict, checked.rule or rule, (found,), suggestion)


def _says(name: str, words: str) -> bool:
    """Whether words are of that name in recalled.toml."""
    return _cue(name).search(words) is not None


@cache
def _cue(name: str) -> Pattern:
    words = load("recalled")[name]
    return pattern(words if isinstance(words, list) else [*words["zh"], *words["en"]])


def check_name(what: str, name: str, now_ms: int) -> None:
    """Raises `InvalidInput` for one with words in it that no record could support: names, too, advertise."""
    checked = check_said(name, None, datetime.fromtimestamp(now_ms / 1000, UTC))
    if checked.verdict is Verdict.FORBIDDEN and checked.rule:
        raise InvalidInput(
            f"{what} is {name!r}: nobody may say that of goods ({checked.rule.id}, {checked.rule.source})"
        )


def _words_alone(text: str, said_at: datetime) -> Sequence[Claim]:
    return [each for each in detect(text, said_at) if each.rule.topic == "forbidden"]
