"""What the overlay says in the place of an untrue claim: from the records, never in the host's words."""

from datetime import datetime

from traceability.claims.check import Checked, Verdict
from traceability.claims.facts import Facts
from traceability.live.data import load
from traceability.live.goods import recall_of
from traceability.live.safe_sentences import all_safe, short

LONGEST = {"zh": 60, "en": 120}
"""Characters that the overlay has room for."""
_OPENING = {"zh": "更正：", "en": "Correction: "}
_ALONE = {
    Verdict.CONTRADICTED: {
        "zh": "刚才的说法与记录不符，请以溯源页为准",
        "en": "what was claimed is not what the records say; see the trace page",
    },
    Verdict.EXPIRED: {
        "zh": "刚才提到的那份证书现在不能再用，请以溯源页为准",
        "en": "the paper that was spoken of is out of date; see the trace page",
    },
    Verdict.FORBIDDEN: {
        "zh": "刚才的用语不当，请以溯源页的记录为准",
        "en": "please disregard that wording; see the trace page for what is recorded",
    },
    Verdict.UNSUPPORTED: {
        "zh": "刚才的说法没有记录支持，请以溯源页为准",
        "en": "the records do not support what was claimed; see the trace page",
    },
}
_RECALLED = {
    "zh": "这批货正在召回，卖点已撤下",
    "en": "this lot is recalled; what was claimed of it is withdrawn",
}


def correction(checked: Checked, facts: Facts | None, on: datetime, lang: str) -> str:
    """For a claim that was struck; in a language of `LANGUAGES`, as long as `LONGEST` allows."""
    language = short(lang)
    if facts and recall_of(facts, on):
        return _OPENING[language] + _RECALLED[language]
    fact = _fact(checked, facts, on, lang) if facts else None
    told = _OPENING[language] + (fact or _ALONE[checked.verdict][language])
    return told if len(told) <= LONGEST[language] else _OPENING[language] + _ALONE[checked.verdict][language]


def _fact(checked: Checked, facts: Facts, on: datetime, lang: str) -> str | None:
    """What is right instead of an untrue claim; a word that may not be said has no such thing."""
    rule = checked.rule.id if checked.rule else ""
    subjects = [name for name, rules in load("levels")["corrects"].items() if rule in rules]
    safe = all_safe(facts, on, lang) if subjects else []
    return next((each.text for each in safe if each.subject in subjects), None)
