"""Whether the words before a claim turn it round."""

import re
from collections.abc import Iterable

from traceability.claims.data import load
from traceability.claims.quantities import Span

_WORDS = load("speech")["negation"]
_FALSE_FRIENDS = re.compile(
    "|".join([*_WORDS["never_zh"], *(f"\\b{word}\\b" for word in _WORDS["never_en"])])
)
_NEGATION = re.compile(
    "|".join([*_WORDS["zh"], *(word if word.startswith("n'") else f"\\b{word}\\b" for word in _WORDS["en"])])
)
_AFTERWARDS = re.compile("|".join([*_WORDS["after_zh"], *_WORDS["after_en"]]))
_CHINESE = re.compile("[\u4e00-\u9fff]")
_REACH_ZH, _REACH_EN = 9, 32
"""Characters before the claim in which a negation still means it."""


def is_negated(clause: str, claim: Iterable[Span], other: Iterable[Span]) -> bool:
    """Whether an odd number of negations stands before or between the spans of the `claim`.

    Those inside these spans or inside the `other` ones (bounds: "no more than 4") have been read.
    """
    spans = sorted(claim)
    start, end = spans[0][0], max(end for _, end in spans)
    reach = _REACH_ZH if _CHINESE.search(clause) else _REACH_EN
    readable = _blanked(
        clause, [*spans, *other, *(match.span() for match in _FALSE_FRIENDS.finditer(clause))]
    )
    found = len(_NEGATION.findall(readable, max(0, start - reach), end))
    found += len(_AFTERWARDS.findall(readable, end))
    return found % 2 == 1


def _blanked(text: str, spans: Iterable[Span]) -> str:
    for start, end in spans:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text
