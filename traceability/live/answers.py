"""What becomes of warnings: the host answers, or time runs out; a shown point loses its support."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from traceability.claims.facts import Facts
from traceability.errors import InvalidInput, NameTaken, RoomConflict, Unavailable, Unknown
from traceability.live.goods import check_point
from traceability.live.ports import AirStore, RoomStore
from traceability.live.record import Kind, NewRecord, Record
from traceability.live.room import CORRECTED_FOR_MS, RECORDED, Correction, Offer, Phase, Point, Room
from traceability.live.waiting import Wait, Waiting, by_turn
from traceability.live.warnings import Judged, Way, answers_to, warning_record

MOST_RECORDS = 2**31
"""No room has as many; no database is asked for more."""
_NO_ANSWER = "none"
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Warnings:
    rooms: RoomStore
    air: AirStore
    facts: Callable[[str], Facts]
    """By the canonical Digital Link of a lot. May raise `Unknown` or `Unavailable`."""
    now_ms: Callable[[], int]

    def answer(self, code: str, warning: int, answer: str, by: str) -> str | None:
        """Keep the host's answer, given by `by`; the correction that has its turn on the overlay then.

        Raises `InvalidInput` for an answer that this warning does not take, `NameTaken` if it has one,
        `Unknown`, and `RoomConflict`.
        """
        # The room before its records: whoever answers in between changes its version.
        room = self.rooms.room(code)
        check_recorded(room)
        records = self.air.records(code, warning - 1) if 0 < warning <= MOST_RECORDS else []
        warned = records[0] if records and records[0].number == warning else None
        if warned is None or warned.kind is not Kind.WARNED:
            raise Unknown(f"room {code} has no warning {warning}")
        if answer not in answers_to(warned):
            raise InvalidInput(
                f"answer to warning {warning} is {answer[:20]!r}, want {' or '.join(answers_to(warned))}"
            )
        _check_open(warned, records)
        self.rooms.change(room, [_answered(warned, answer, by, self.now_ms())])
        return warned.body["correction"] if answer == "corrected" else None

    def time_out(self, room: Room) -> Room:
        """What the host left without an answer for too long counts as said; the next one has its turn.

        Raises `RoomConflict` if others are faster again and again.
        """
        return self._retried(self._time_out, room)

    def _time_out(self, room: Room) -> Room:
        if room.phase not in RECORDED:
            return room
        now_ms, waiting = self.now_ms(), self.rooms.waiting(room.code)
        turn = [each for each in waiting if each.has_turn(now_ms)]
        records = unanswered(turn, now_ms)
        shown = room.desk.correction
        if turn and not (shown and shown.stands(now_ms)):
            text, warned = next(iter(by_turn(turn).items()))
            correction = Correction(warned[0].number, text, now_ms + CORRECTED_FOR_MS)
            room = room.with_desk(replace(room.desk, correction=correction))
            records += corrected(warned, now_ms)
        return self.rooms.change(room, records) if records else room

    def blocks(self, room: Room, offer: Offer, point: Point) -> NewRecord | None:
        """The warning that keeps a point off the overlay; None if it may be shown.

        Raises `Unknown` or `Unavailable` if nobody can look.
        """
        return self._warning(Way.POINT, room, offer, point)

    def recheck(self, room: Room) -> Room:
        """Strike the points on the overlay that the records support no longer. Raises as `time_out` does.

        While nobody can look, they stay: that the records do not answer says nothing against them.
        The correction follows in a commit of its own, which names the record of the warning; after a crash
        between the two, the next `time_out` makes it.
        """
        return self._retried(self._recheck, room)

    def _recheck(self, room: Room) -> Room:
        offer = room.current
        if offer is None or not room.desk.points or room.phase is Phase.ENDED:
            return room
        shown = [point for point in offer.points if point.number in room.desk.points]
        try:
            found = [self._warning(Way.SHOWN, room, offer, point) for point in shown]
        except (Unknown, Unavailable):
            return room
        struck = [each for each in found if each is not None]
        if not struck:
            return room
        left = room.desk.points.difference(each.body["of"] for each in struck)
        records = struck if room.phase in RECORDED else []
        return self.time_out(self.rooms.change(room.with_desk(replace(room.desk, points=left)), records))

    def _retried(self, step: Callable[[Room], Room], room: Room) -> Room:
        """From the room as it is by then, where somebody was faster: each sentence changes the room."""
        for _ in range(_TRIES):
            try:
                return step(room)
            except RoomConflict:
                room = self.rooms.room(room.code)
        return step(room)

    def _warning(self, way: Way, room: Room, offer: Offer, point: Point) -> NewRecord | None:
        facts, now_ms = self.facts(offer.subject), self.now_ms()
        on = datetime.fromtimestamp(now_ms / 1000, UTC)
        judged = Judged(check_point(point.text, facts, on), facts, on, offer.code)
        return warning_record(way, judged, point.number, now_ms, room.lang)


def check_recorded(room: Room) -> None:
    """Raises `InvalidInput` unless what happens in the room is recorded now."""
    if room.phase not in RECORDED:
        raise InvalidInput(f"room {room.code} is {room.phase}, want on_air or rehearsal")


def _check_open(warned: Record, records: Collection[Record]) -> None:
    for each in records:
        if each.kind is Kind.ANSWERED and each.body["warning"] == warned.number:
            by = each.body["by"] or "nobody in time"
            at = datetime.fromtimestamp(each.at_ms / 1000, UTC)
            raise NameTaken(
                f"warning {warned.number} was answered already: "
                f"{each.body['answer']}, by {by} at {at:%H:%M:%S} UTC"
            )


def unanswered(turn: Sequence[Waiting], now_ms: int) -> list[NewRecord]:
    """The records of those that had their time and took it."""
    return [_answered(each.warned, _NO_ANSWER, "", now_ms) for each in turn if each.wait is Wait.ANSWER]


def corrected(warned: Sequence[Record], now_ms: int) -> list[NewRecord]:
    """The records of what comes on the overlay now."""
    return [
        NewRecord(now_ms, Kind.CORRECTED, {"warning": each.number, "text": each.body["correction"]})
        for each in warned
    ]


def last_correction(
    room: Room, waiting: Sequence[Waiting], now_ms: int
) -> tuple[Correction | None, list[NewRecord]]:
    """What the overlay goes on showing of a room that ends, and the records that settle what waits there.

    All at once: nothing is shown after the end, so nothing can have its turn then.
    """
    shown = room.desk.correction
    standing = [shown.text] if shown and shown.stands(now_ms) else []
    new = by_turn(waiting)
    warned = [each for some in new.values() for each in some]
    records = [*unanswered(waiting, now_ms), *corrected(warned, now_ms)]
    texts = dict.fromkeys([*standing, *new])
    if not texts:
        return None, records
    first = warned[0].number if shown is None or not standing else shown.warning
    return Correction(first, " ".join(texts), now_ms + CORRECTED_FOR_MS), records


def _answered(warned: Record, answer: str, by: str, at_ms: int) -> NewRecord:
    return NewRecord(at_ms, Kind.ANSWERED, {"warning": warned.number, "answer": answer, "by": by})
