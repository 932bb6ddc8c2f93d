"""When something is said to have happened: days and hours, in words that count from the day they are said."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from traceability.claims.calendar import READERS, Days
from traceability.claims.data import Pattern, load, pattern
from traceability.claims.quantities import Span


@dataclass(frozen=True, slots=True)
class Moment:
    """Some time from `first` to `last` (days, both inclusive), between these hours of the day."""

    first: date | None
    """None: unknown how long ago."""
    last: date | None
    from_hour: float
    to_hour: float
    span: Span
    of_either_half: bool = False
    """A clock that may mean the morning or the afternoon."""

    def holds(self, happened_at: datetime) -> bool:
        """Whether `happened_at`, in the zone that the words are said in, fits what is said."""
        day = happened_at.date()
        hour = happened_at.hour + happened_at.minute / 60
        within_days = (self.first or date.min) <= day <= (self.last or date.max)
        hours = (hour, hour - 12) if self.of_either_half else (hour,)
        return within_days and any(self.from_hour <= each <= self.to_hour for each in hours)

    def is_after(self, day: date) -> bool:
        return self.first is not None and self.first > day

    @property
    def has_day(self) -> bool:
        return self.first is not None or self.last is not None


_CLOCK = re.compile(
    r"(?:at |@ ?|around |about )?(?P<hour>\d{1,2})"
    r"(?:(?:点|时(?!间))(?:(?P<half>半)|(?P<minute>\d{1,2})分?|[多来]?钟?)|:(?P<minute2>\d{2})"
    r"|\.(?P<minute3>[0-5]\d)(?= ?(?:this|in the|am|pm|a\.m|p\.m)))"
    r"(?:左右)?\s?(?P<half_day>am|pm|a\.m\.|p\.m\.)?"
    r"|(?:at |around |about )?(?P<hour2>\d{1,2}) ?(?:(?P<half_day2>am|pm|a\.m\.|p\.m\.)|o'clock)"
    r"|\b(?:at|around|about|after|before|by|past) (?P<hour3>\d{1,2})(?= (?:this|in the|yesterday|today|on)\b)"
)
_ABOUT_HOURS = 0.75
_BETWEEN = re.compile(r"[的,]?\s?(?:on|at|in|the|of|就|,)?\s?")


def moments(text: str, on: datetime) -> Iterator[Moment]:
    """Every moment that `text` (in normal form) states, seen from `on`, from left to right."""
    pieces = sorted(
        [*_days(text, on), *_parts(text), *_clocks(text)], key=lambda piece: (piece.span[0], -piece.span[1])
    )
    whole: Moment | None = None
    for piece in pieces:
        if whole is not None and piece.span[0] < whole.span[1]:
            continue
        if (
            whole is not None
            and _BETWEEN.fullmatch(text, whole.span[1], piece.span[0])
            and _fit(whole, piece)
        ):
            whole = _joined(whole, piece)
            continue
        if whole is not None:
            yield whole
        whole = piece
    if whole is not None:
        yield whole


def _fit(one: Moment, other: Moment) -> bool:
    return not (one.has_day and other.has_day)


def _joined(one: Moment, other: Moment) -> Moment:
    """A day, a part of it and a clock say one thing: "today" + "morning" + "6:30"."""
    day = one if one.has_day else other
    clock, part = sorted((one, other), key=lambda piece: piece.to_hour - piece.from_hour)
    hours = clock.from_hour, clock.to_hour
    if part.from_hour >= 12 and clock.to_hour < 12:
        hours = hours[0] + 12, hours[1] + 12
    is_whole_day = part.from_hour == 0 and part.to_hour == 24
    span = (one.span[0], other.span[1])
    return Moment(day.first, day.last, *hours, span, clock.of_either_half and is_whole_day)


def _anywhere(words: list[str]) -> Pattern:
    return pattern(rf"\b{word}\b" if word[0].isascii() and word[0].isalpha() else word for word in words)


_DAY_WORDS = [(row["first"], row["last"], _anywhere(row["words"])) for row in load("moments")["day"]]
_PART_WORDS = [(row["from"], row["to"], _anywhere(row["words"])) for row in load("moments")["part"]]


def _days(text: str, on: datetime) -> Iterator[Moment]:
    for first, last, words in _DAY_WORDS:
        for match in words.finditer(text):
            yield _whole_days((on.date() + timedelta(first), on.date() + timedelta(last)), match.span())
    for stated, read in READERS:
        for match in stated.finditer(text):
            days = _in_calendar(read, match, on)
            if days is not None:
                yield _whole_days(days, match.span())


def _in_calendar(
    read: Callable[[re.Match[str], datetime], Days | None], match: re.Match[str], on: datetime
) -> Days | None:
    try:
        return read(match, on)
    except (ValueError, OverflowError):  # 31 November; a million days ago
        return None


def _whole_days(days: Days, span: Span) -> Moment:
    return Moment(*days, 0.0, 24.0, span)


def _parts(text: str) -> Iterator[Moment]:
    for from_hour, to_hour, words in _PART_WORDS:
        for match in words.finditer(text):
            yield Moment(None, None, from_hour, to_hour, match.span())


def _clocks(text: str) -> Iterator[Moment]:
    for match in _CLOCK.finditer(text):
        hour = int(match["hour"] or match["hour2"] or match["hour3"]) + (0.5 if match["half"] else 0)
        hour += int(match["minute"] or match["minute2"] or match["minute3"] or 0) / 60
        half_day = match["half_day"] or match["half_day2"] or ""
        if half_day.startswith("p") and hour < 12:
            hour += 12
        if hour < 24:
            either = not half_day and 1 <= hour < 12
            yield Moment(None, None, hour - _ABOUT_HOURS, hour + _ABOUT_HOURS, match.span(), either)


def without_day(moment: Moment, day: date) -> Moment:
    """A clock or part of the day alone, as of `day`."""
    return moment if moment.has_day else replace(moment, first=day, last=day)
