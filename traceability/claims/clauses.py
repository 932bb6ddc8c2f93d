"""A sentence in its clauses, each with whether the speaker asserts it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from traceability.claims.data import load, pattern
from traceability.claims.sentences import at_words


@dataclass(frozen=True, slots=True)
class Clause:
    text: str
    """In normal form."""
    asserted: bool
    """False for a question, a condition, a wish, the words of others and talk about other goods."""
    joined: bool
    """It follows its predecessor by "and" alone, and may complete it: "packed and shipped today"."""
    denies: bool
    """The speaker says that he does not say it, or may not."""


_SPEECH = load("speech")
_MODES = (
    "question",
    "tag",
    "offer",
    "condition",
    "wish",
    "others_say",
    "others_goods",
    "not_said",
    "denies_back",
)
_PATTERNS = {name: pattern([*_SPEECH[name]["zh"], *_SPEECH[name]["en"]]) for name in _MODES}
_WHOLE = pattern([*_SPEECH["whole"]["zh"], *_SPEECH["whole"]["en"]])
_SPLIT = re.compile(
    r"(?<!\d)[,.](?!\d)|(?<=\d),(?=\D)|(?<=\d)\.(?=\s|$)|(?<=\D),(?=\d)|[。!?;、…\n]+|~+(?!\s?-?\d)|—+| - "
    + rf"|{'|'.join(_SPEECH['split']['zh'])}|\b(?:{'|'.join(_SPEECH['split']['en'])})\b"
)


def clauses(text: str) -> list[Clause]:
    """The clauses of `text` (in normal form), in order."""
    pieces = _pieces(text)
    read = [_clause(*piece) for piece in pieces]
    return _denied_afterwards(_after_a_condition(_reported_before(read)))


def _pieces(text: str) -> list[tuple[str, str, str]]:
    """Each clause with what stands before and behind it."""
    pieces: list[tuple[str, str, str]] = []
    start, before = 0, ""
    whole = [match.span() for match in _WHOLE.finditer(text)]
    for match in _SPLIT.finditer(text):
        if any(first < match.start() < last for first, last in whole):
            continue
        pieces.extend(_spoken(before, text[start : match.start()], match[0]))
        start, before = match.end(), match[0]
    pieces.extend(_spoken(before, text[start:], ""))
    return pieces


def _spoken(before: str, text: str, behind: str) -> Iterator[tuple[str, str, str]]:
    """What no mark divides falls where a sentence opens or closes in speech."""
    pieces = [piece for each in at_words(text) if (piece := each.strip())]
    for number, piece in enumerate(pieces):
        yield "" if number else before, piece, behind if number == len(pieces) - 1 else ""


def _clause(before: str, text: str, behind: str) -> Clause:
    said = {name: pattern.search(text) for name, pattern in _PATTERNS.items()}
    asks = "?" in behind or bool(said["question"])
    is_question = asks and not said["tag"] and not said["offer"]
    others = said["condition"] or said["wish"] or said["others_say"] or said["others_goods"]
    return Clause(
        text=text,
        asserted=not is_question and not others and not said["not_said"],
        joined=before in ("and", "、", "并且", "而且"),
        denies=said["not_said"] is not None,
    )


_SAYS_ONLY = re.compile(r"(?:说|问|讲|吹|喊|称|写|say|says|said|claim|claims|ask|asks|asked|that)$")


def _reported_before(read: list[Clause]) -> list[Clause]:
    """ "Some people say," reports what follows."""
    return [
        replace(clause, asserted=False) if _reports(before) else clause
        for before, clause in zip([None, *read], read, strict=False)
    ]


_WOULD = re.compile(r"会|would|'d\b|\bwill\b|'ll\b")


def _after_a_condition(read: list[Clause]) -> list[Clause]:
    """ "If it were organic, we would show the certificate" says nothing of a certificate."""
    return [
        replace(clause, asserted=False)
        if before and _PATTERNS["condition"].search(before.text) and _WOULD.search(clause.text)
        else clause
        for before, clause in zip([None, *read], read, strict=False)
    ]


def _reports(clause: Clause | None) -> bool:
    return (
        clause is not None
        and _PATTERNS["others_say"].search(clause.text) is not None
        and _SAYS_ONLY.search(clause.text) is not None
    )


def _denied_afterwards(read: list[Clause]) -> list[Clause]:
    """ "Sweetest in the country: such words we do not say" denies what stood before it."""
    result = list(read)
    for number, clause in enumerate(read[1:], start=1):
        if clause.denies and _PATTERNS["denies_back"].search(clause.text):
            result[number - 1] = replace(result[number - 1], asserted=False)
    return result
