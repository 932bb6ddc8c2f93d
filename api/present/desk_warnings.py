"""What was said in a room last, and the warnings about it, in words and levels for its host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.present.text import plain
from api.words import Words, message
from traceability.claims.check import MAX_CHARACTERS
from traceability.live.record import Kind, Record
from traceability.live.room import Phase, Room
from traceability.live.waiting import ANSWER_WITHIN_MS
from traceability.live.warnings import Level, answers_to

MOST_WARNINGS = 12
MOST_ANSWERED = 3
MOST_SAID = 8

VERDICTS = {
    "supported": message("The records show it"),
    "contradicted": message("The records say otherwise"),
    "unsupported": message("No record of it"),
    "expired": message("Its certificate ran out"),
    "forbidden": message("May not be said"),
    "no_claim": message("Claims nothing"),
    "not_judged": message("Not checked yet: the records do not answer"),
}
_LEVELS = {
    Level.HINT: message("Hint"),
    Level.BLOCKED: message("Card blocked"),
    Level.STRUCK: message("Claim struck"),
}
_ANSWERS = {
    "corrected": message("I correct it"),
    "not_said": message("I did not say that"),
    "noted": message("Noted"),
}
_ANSWERED = {
    "corrected": message("You corrected it"),
    "not_said": message("You did not say that"),
    "noted": message("Noted"),
    "none": message("No answer in time"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    name: str
    word: str


@dataclass(frozen=True, slots=True)
class WarningView:
    number: int
    level: int
    """1 hint, 2 card blocked, 3 claim struck."""
    level_word: str
    at: str
    text: str
    """What was said, or stood on the overlay."""
    verdict_word: str
    found: str
    """What the records hold."""
    suggestion: str
    source: str
    """Of the rule; "" for none."""
    answers: tuple[Answer, ...]
    """That may be given; none once there is one."""
    answered: str
    correction: str
    """What the overlay showed in its place."""
    until_ms: int | None
    """When it is taken as said unless answered; None where nothing happens by itself."""


@dataclass(frozen=True, slots=True)
class SaidView:
    number: int
    at: str
    text: str
    verdict: str
    verdict_word: str
    found: str
    """What the records hold."""
    suggestion: str


def said_views(records: Sequence[Record], words: Words) -> tuple[SaidView, ...]:
    """The newest first."""
    said = [each for each in records if each.kind == Kind.SAID][-MOST_SAID:]
    return tuple(_said(each, words) for each in reversed(said))


def warning_views(records: Sequence[Record], room: Room, words: Words) -> tuple[WarningView, ...]:
    """Those without an answer, the gravest and then the newest first; then some that have one."""
    said = {each.body["id"]: each for each in records if each.kind == Kind.SAID}
    answers = _by_warning(records, Kind.ANSWERED)
    corrections = _by_warning(records, Kind.CORRECTED)
    is_over = room.phase is Phase.ENDED
    warned = [each for each in reversed(records) if each.kind == Kind.WARNED]
    open_ones = sorted((w for w in warned if w.number not in answers), key=lambda w: -_level(w))
    closed = [each for each in warned if each.number in answers][:MOST_ANSWERED]
    return tuple(
        _warning(each, _about(each, said, room), answers, corrections, is_over, words)
        for each in [*open_ones[:MOST_WARNINGS], *closed]
    )


def _warning(
    record: Record,
    text: str,
    answers: Mapping[int, Record],
    corrections: Mapping[int, Record],
    is_over: bool,
    words: Words,
) -> WarningView:
    """`is_over`: the room has ended, and with it every answer."""
    body, level = record.body, _level(record)
    answer, correction = answers.get(record.number), corrections.get(record.number)
    is_open = answer is None and not is_over
    is_counting = level == Level.STRUCK and body["about"] == "said" and is_open and correction is None
    return WarningView(
        number=record.number,
        level=level,
        level_word=words.say(_LEVELS[level]),
        at=words.time(words.at(record.at_ms)),
        text=text,
        verdict_word=_word(VERDICTS, str(body.get("verdict")), words),
        found=_text(body.get("found"), words),
        suggestion=_text(body.get("suggestion"), words),
        source=plain(str((body.get("rule") or {}).get("source", ""))),
        answers=_may_answer(record, words) if is_open else (),
        answered=_word(_ANSWERED, str(answer.body["answer"]), words) if answer else "",
        correction=plain(str(correction.body["text"])) if correction else "",
        until_ms=record.at_ms + ANSWER_WITHIN_MS if is_counting else None,
    )


def _may_answer(warning: Record, words: Words) -> tuple[Answer, ...]:
    return tuple(Answer(name, _word(_ANSWERS, name, words)) for name in answers_to(warning))


def checked_views(tried: Sequence[Mapping[str, Any]], words: Words) -> tuple[SaidView, ...]:
    """Of sentences that nobody has said yet."""
    return tuple(_said_view(0, "", each, words) for each in tried)


def _said(record: Record, words: Words) -> SaidView:
    return _said_view(record.number, words.time(words.at(record.at_ms)), record.body, words)


def _said_view(number: int, at: str, body: Mapping[str, Any], words: Words) -> SaidView:
    verdict = str(body["verdict"])
    return SaidView(
        number,
        at,
        _sentence(body),
        verdict,
        _word(VERDICTS, verdict, words),
        _text([each["found"] for each in body["evidence"]][:1], words),
        _text(body.get("suggestion"), words),
    )


def _about(record: Record, said: Mapping[str, Record], room: Room) -> str:
    """The words that the warning is about; "" if they are no longer among what is known."""
    body = record.body
    if body.get("about") == "said":
        line = said.get(body["of"])
        return _sentence(line.body) if line else ""
    points = [point for offer in room.offers if offer.code == body.get("offer") for point in offer.points]
    return next((plain(point.text) for point in points if point.number == body["of"]), "")


def _word(table: Mapping[str, str], name: str, words: Words) -> str:
    return words.say(table[name]) if name in table else ""


def _sentence(said: Mapping[str, Any]) -> str:
    """Empty once it was erased."""
    return plain(said.get("text") or "", MAX_CHARACTERS)


def _by_warning(records: Sequence[Record], kind: Kind) -> dict[int, Record]:
    return {each.body["warning"]: each for each in records if each.kind == kind}


def _level(record: Record) -> Level:
    return Level(record.body["level"])


def _text(value: object, words: Words) -> str:
    """Of a sentence, one by language, or several of them."""
    if isinstance(value, Mapping):
        return words.name({key: str(text) for key, text in value.items() if text}) or ""
    if isinstance(value, list | tuple):
        return " · ".join(filter(None, (_text(each, words) for each in value)))
    return plain(str(value)) if value else ""
