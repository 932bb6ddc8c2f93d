"""Whether the words before a claim turn it round."""

import re
from collections.abc import Iterable

from traceability.claims.data import load, pattern
from traceability.claims.quantities import Span

_WORDS = load("speech")["negation"]
_FALSE_FRIENDS = pattern([*_WORDS["never_zh"], *(rf"\b{word}\b" for word in _WORDS["never_en"])])
_FAR = pattern(_WORDS["zh"] + _WORDS["en"])
_NEAR = pattern(_WORDS["near_zh"])
_AFTERWARDS = pattern(_WORDS["after_zh"] + _WORDS["after_en"])
_CHINESE = re.compile("[\u4e00-\u9fff]")
_REACH_ZH, _REACH_EN, _REACH_NEAR = 10, 32, 3
"""Characters before the claim in which a negation still means it; a single 不 means its neighbour."""


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
    far = [match.span() for match in _FAR.finditer(readable, max(0, start - reach), end)]
    near = list(_NEAR.finditer(_blanked(readable, far), max(0, start - _REACH_NEAR), end))
    afterwards = list(_AFTERWARDS.finditer(readable, end))
    return (len(far) + len(near) + len(afterwards)) % 2 == 1


def _blanked(text: str, spans: Iterable[Span]) -> str:
    for start, end in spans:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text
