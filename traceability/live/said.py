"""What a transcript says the host said: sentence by sentence checked, kept, and warned of."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from traceability.claims.check import Verdict
from traceability.claims.facts import Facts
from traceability.errors import CaptureTooLarge, InvalidInput, NameTaken, RoomConflict, TraceError
from traceability.live.answers import check_recorded
from traceability.live.goods import check_said
from traceability.live.last_minute import LastMinute
from traceability.live.line import Line
from traceability.live.ports import AirStore, RoomStore
from traceability.live.record import Kind, NewRecord, Record
from traceability.live.room import Offer, Phase, Room
from traceability.live.warnings import (
    NOT_JUDGED,
    Judged,
    Level,
    Way,
    level_of,
    said_record,
    verdict_json,
    warning_record,
)

MOST_AT_ONCE = 500
"""Sentences."""
MOST_A_SECOND = 30
"""The same on air: ten times as fast as anybody speaks."""
SWITCH_MS = 5_000
"""So long after another offer came on, what is said may be about the one before."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence, and what it came to."""

    said: Mapping[str, Any]
    """Body of its record."""
    warning: int | None
    """Number of the record that warns of it; that may be older than the sentence."""

    @property
    def level(self) -> Level | None:
        """Of that warning."""
        if self.warning is None or self.said["verdict"] == NOT_JUDGED:
            return None
        return level_of(Way.SAID, Verdict(self.said["verdict"]))


@dataclass(frozen=True, slots=True)
class Transcript:
    rooms: RoomStore
    air: AirStore
    facts: Callable[[str], Facts]
    """By the canonical Digital Link of a lot. May raise `Unknown` or `Unavailable`."""
    now_ms: Callable[[], int]

    def said(self, code: str, lines: Sequence[Line]) -> list[Heard]:
        """Check and keep all sentences of `lines` in one commit; a line that is here is not kept again.

        Raises `InvalidInput` (nothing is recorded in this phase, or a line is wrong), `NameTaken` (its id has
        other words), `CaptureTooLarge`, `Unknown`; in a rehearsal `Unavailable`, where nobody can look.
        """
        _check_lines(lines)
        for _ in range(_TRIES):
            room = self.rooms.room(code)
            check_recorded(room)
            try:
                return self._keep(room, lines)
            except RoomConflict:
                continue
        raise RoomConflict(
            f"room {code} was changed {_TRIES} times while lines were checked: send them again"
        )

    def tried(self, code: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
        """What the sentences would come to; nothing is kept. Raises as `said` does."""
        _check_lines(lines)
        room, now_ms = self.rooms.room(code), self.now_ms()
        judged = [each for line in lines for each in _judged(room, line, now_ms, self.facts)]
        return [
            {
                "text": each.checked.text,
                "offer": each.offer,
                "level": level_of(Way.SAID, each.checked.verdict),
                **verdict_json(each.checked),
            }
            for each in judged
        ]

    def _keep(self, room: Room, lines: Sequence[Line]) -> list[Heard]:
        now_ms, newest = self.now_ms(), self.air.newest(room.code)
        kept = [_kept_before(line, newest) for line in lines]
        # First: what is refused is not worth judging.
        _check_pace(
            room, newest, [line for line, before in zip(lines, kept, strict=True) if not before], now_ms
        )
        facts = cache(self._facts_on_air) if room.phase is Phase.ON_AIR else self.facts
        minute, new = LastMinute(newest, now_ms), list[NewRecord]()
        bodies: list[Mapping[str, Any]] = []
        for line, before in zip(lines, kept, strict=True):
            judged = [] if before else _judged(room, line, now_ms, facts)
            taken = _records(room, line.id or uuid4().hex, judged, minute, now_ms)
            new += taken
            bodies += before or [each.body for each in taken if each.kind is Kind.SAID]
        if new:
            self.rooms.change(room, new)
            newest = self.air.newest(room.code, len(newest) + 2 * len(new))
        numbers = {each.body["of"]: each.number for each in newest if each.kind is Kind.WARNED}
        return [Heard(each, numbers.get(each["warned_as"])) for each in bodies]

    def _facts_on_air(self, subject: str) -> Facts | None:
        """None while nobody can look: what is heard then is on record all the same, and judged later."""
        try:
            return self.facts(subject)
        except TraceError:
            return None


def _judged(room: Room, line: Line, now_ms: int, facts: Callable[[str], Facts | None]) -> list[Judged]:
    if line.offer is not None and room.phase is Phase.ON_AIR:
        raise InvalidInput("line names an offer; on air it is about the offer that is on: leave it out")
    on = line.said_at(now_ms, room.phase)
    offers = _about(room, line, round(on.timestamp() * 1000))
    against: list[tuple[Facts | None, str | None]] = [(facts(each.subject), each.code) for each in offers]
    return [
        _as_meant(
            [
                Judged(check_said(text, known, on), known, on, code)
                for known, code in against or [(None, None)]
            ]
        )
        for text in line.sentences
    ]


def _about(room: Room, line: Line, at_ms: int) -> Sequence[Offer]:
    """What may be meant: shortly after a switch also what was on before; the newest first."""
    if line.offer is not None:
        return [room.offer(line.offer)]
    if room.phase is Phase.ON_AIR:
        return room.on_between(at_ms - SWITCH_MS, at_ms)
    return [room.current] if room.current else []


def _as_meant(judged: Sequence[Judged]) -> Judged:
    """What the records of one of several goods support was said of these; else what weighs most counts."""
    supported = [each for each in judged if each.checked.verdict is Verdict.SUPPORTED]
    return supported[0] if supported else max(judged, key=_weight)


def _weight(judged: Judged) -> int:
    return level_of(Way.SAID, judged.checked.verdict) or 0


def _records(
    room: Room, name: str, judged: Sequence[Judged], minute: LastMinute, now_ms: int
) -> list[NewRecord]:
    """Of the line of that name: its sentences, and the warnings that nothing stands for yet."""
    records = []
    for number, each in enumerate(judged, 1):
        own, text = f"{name}.{number}", each.checked.text
        warned_as = minute.warned_as(text, each.offer)
        warning = warned_as is None and warning_record(Way.SAID, each, own, now_ms, room.lang)
        times = minute.times(text, each.offer) + 1
        said = said_record(each, own, now_ms, times, own if warning else warned_as)
        minute.add(said.body)
        records += [said, warning] if warning else [said]
    return records


def _check_lines(lines: Sequence[Line]) -> None:
    names = Counter(line.id for line in lines if line.id)
    if names and names.most_common(1)[0][1] > 1:
        raise InvalidInput(f"two lines have the id {names.most_common(1)[0][0]!r}")
    count = sum(len(line.sentences) for line in lines)
    if count > MOST_AT_ONCE:
        raise CaptureTooLarge(f"{count} sentences at once, want at most {MOST_AT_ONCE}")


def _check_pace(room: Room, newest: Sequence[Record], new: Sequence[Line], now_ms: int) -> None:
    if room.phase is not Phase.ON_AIR:
        return
    said = [each for each in newest if each.kind is Kind.SAID]
    before = {each.body["id"] for each in said if each.at_ms <= now_ms - 1000}
    fresh = sum(abs(each.at_ms - now_ms) < 1000 and each.body["id"] not in before for each in said)
    count = fresh + sum(len(line.sentences) for line in new)
    if count > MOST_A_SECOND:
        raise CaptureTooLarge(
            f"room {room.code} would have {count} sentences within a second, want at most {MOST_A_SECOND}"
        )


def _kept_before(line: Line, newest: Sequence[Record]) -> list[Mapping[str, Any]]:
    """What is kept of a line that was sent before."""
    said = [each.body for each in newest if each.kind is Kind.SAID] if line.id else []
    same = [*{each["id"]: each for each in said if each["id"].rpartition(".")[0] == line.id}.values()]
    if same and [each["text"] for each in same] != line.sentences:
        raise NameTaken(
            f"line {line.id!r} was taken before with other words: give each line an id of its own"
        )
    return same
