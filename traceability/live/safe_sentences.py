"""Sentences that a host can say of a lot: from its records, and held against them by the checker."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from traceability.claims.check import Verdict, check
from traceability.claims.facts import Facts
from traceability.claims.judged import Evidence
from traceability.claims.safe import fill, safe_words
from traceability.live.data import load
from traceability.live.goods import recall_of

MOST_SENTENCES = 8
LONGEST = 150
"""Characters: nobody says more in a breath."""
_HARMLESS = (Verdict.SUPPORTED, Verdict.NO_CLAIM)
_NAMES = {"product", "origin"}
"""Words that partners chose."""


@dataclass(frozen=True, slots=True)
class Safe:
    subject: str
    """Of safe.toml."""
    text: str
    evidence: tuple[Evidence, ...]


def safe_sentences(facts: Facts, on: datetime, lang: str) -> list[Safe]:
    """The best of them first, in a language of `LANGUAGES`; none of goods that are recalled."""
    return [] if recall_of(facts, on) else all_safe(facts, on, lang)[:MOST_SENTENCES]


def all_safe(facts: Facts, on: datetime, lang: str) -> list[Safe]:
    """Also those that would be too many to choose from."""
    language = short(lang)
    words = {name: _plain(text) for name, text in safe_words(facts, on, language).items()}
    for name in _NAMES & words.keys():
        # By itself: what stands around it in a sentence might excuse a boast.
        if len(words[name]) > LONGEST or check(words[name], facts, on).verdict not in _HARMLESS:
            del words[name]
    words["now"] = f"{on.astimezone(facts.zone):%Y-%m-%d %H:%M}"
    filled = [(row["subject"], fill(row[language], words)) for row in load("safe")["sentence"]]
    checked = [(subject, check(text, facts, on)) for subject, text in filled if text and len(text) <= LONGEST]
    supported = [
        Safe(subject, each.text, each.evidence)
        for subject, each in checked
        if each.verdict is Verdict.SUPPORTED
    ]
    kept: dict[str, Safe] = {}
    for safe in supported:
        # The only laboratory result is that of sweetness, often.
        kept.setdefault(safe.text, safe)
    return list(kept.values())


def _plain(text: str) -> str:
    """Nothing in it steers the screen that it is shown on."""
    return "".join(char for char in text if unicodedata.category(char)[0] != "C")


def short(lang: str) -> str:
    """What the rules and the traces call a language."""
    return lang.partition("-")[0]
