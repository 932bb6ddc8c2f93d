"""A transcript in its sentences, also where whoever wrote it down set no full stops."""

import re
from collections.abc import Iterator

from traceability.claims.data import load, pattern

_SPEECH = load("speech")["sentence"]
_ABBREVIATED = re.compile(
    rf"\b(?:(?i:{'|'.join(_SPEECH['titles'])})\.(?=\s)|(?i:{'|'.join(_SPEECH['abbreviated'])})\.(?=\s[a-z\d]))"
)
_END = re.compile(r"[。!?！？;；…\n]+[\"'”’」』)）]*|\.+[\"'”’)]*(?=\s|$)")
_OPENING = pattern(_SPEECH["opening_zh"] + [rf"\b{each}\b" for each in _SPEECH["opening_en"]])
_CLOSING = re.compile(f"(?:{'|'.join(_SPEECH['closing_zh'])})(?=[\\u4e00-\\u9fff])")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_LONG_ZH, _LONG_EN = 30, 120
"""Characters: what is longer holds several sentences, which the words themselves must show."""
_SHORT_ZH, _SHORT_EN = 6, 30
"""Nothing shorter is cut off: "and then" alone is no sentence."""
_LONGEST = 400


def sentences(text: str) -> list[str]:
    """The sentences of `text` in order, each with its end mark; every character but white space is in one.

    Falls at end marks, then, where a stretch is too long for one sentence, at the words that sentences open
    or close with in speech. None has more than 400 characters.
    """
    return [
        piece
        for whole in _at_marks(text)
        for short in at_words(whole)
        for piece in _at_most(short.strip())
        if piece
    ]


def _at_marks(text: str) -> Iterator[str]:
    start, abbreviations = 0, {match.end() for match in _ABBREVIATED.finditer(text)}
    for match in _END.finditer(text):
        if match.end() in abbreviations:
            continue
        yield text[start : match.end()]
        start = match.end()
    yield text[start:]


def at_words(text: str) -> Iterator[str]:
    """`text` as it is if it is short enough for one sentence, else cut where speech opens or closes one."""
    long, short = (_LONG_ZH, _SHORT_ZH) if _CHINESE.search(text) else (_LONG_EN, _SHORT_EN)
    if len(text) <= long:
        yield text
        return
    start = 0
    for cut in _cuts(text):
        if cut - start >= short and len(text) - cut >= short:
            yield text[start:cut]
            start = cut
    yield text[start:]


def _cuts(text: str) -> list[int]:
    lowered = text.lower()
    opens = {match.start() for match in _OPENING.finditer(lowered)}
    closes = {match.end() for match in _CLOSING.finditer(lowered)}
    return sorted(opens | closes)


def _at_most(text: str) -> Iterator[str]:
    """What no word divides is cut at a space, or anywhere."""
    while len(text) > _LONGEST:
        cut = text.rfind(" ", 1, _LONGEST) + 1 or _LONGEST
        yield text[:cut].strip()
        text = text[cut:].strip()
    yield text
