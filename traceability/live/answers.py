"""What becomes of warnings: the host answers, or time runs out; a shown point loses its support."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from traceability.claims.facts import Facts
from traceability.errors import InvalidInput, NameTaken, Unavailable, Unknown
from traceability.live.goods import check_point
from traceability.live.ports import AirStore, RoomStore
from traceability.live.record import Kind, NewRecord, Record
from traceability.live.room import Correction, Offer, Phase, Point, Room
from traceability.live.warnings import Judged, Level, Way, answers_to, warning_record

ANSWER_WITHIN_MS = 20_000
"""A transcript may have misheard: so long the host may say so before viewers see a correction."""
CORRECTED_FOR_MS = 45_000
"""How long the overlay shows a correction, unless another one takes its place."""
RECORDED = (Phase.REHEARSAL, Phase.ON_AIR)
_NO_ANSWER = "none"


@dataclass(frozen=True, slots=True)
class Warnings:
    rooms: RoomStore
    air: AirStore
    facts: Callable[[str], Facts]
    """By the canonical Digital Link of a lot. May raise `Unknown` or `Unavailable`."""
    now_ms: Callable[[], int]

    def answer(self, code: str, warning: int, answer: str, by: str) -> Room:
        """Keep the host's answer, given by `by`; "corrected" puts the correction on the overlay.

        Raises `InvalidInput` for an answer that this warning does not take, `NameTaken` if it has one,
        `Unknown`, and `RoomConflict`.
        """
        # The room before its records: whoever answers in between changes its version.
        room = self.rooms.room(code)
        check_recorded(room)
        records = self.air.records(code, warning - 1)
        warned = records[0] if records and records[0].number == warning else None
        if warned is None or warned.kind is not Kind.WARNED:
            raise Unknown(f"room {code} has no warning {warning}")
        if answer not in answers_to(warned):
            raise InvalidInput(
                f"answer to warning {warning} is {answer[:20]!r}, want {' or '.join(answers_to(warned))}"
            )
        _check_open(warned, records)
        now_ms = self.now_ms()
        answered = _answered(warned, answer, by, now_ms)
        if answer != "corrected":
            return self.rooms.change(room, [answered])
        return self.rooms.change(*_corrected(room, [answered], [warned], now_ms))

    def time_out(self, room: Room) -> Room:
        """Correct what the host left without an answer for `ANSWER_WITHIN_MS`. Raises `RoomConflict`."""
        if room.phase not in RECORDED:
            return room
        now_ms, newest = self.now_ms(), self.air.newest(room.code)
        settled = {each.body["warning"] for each in newest if each.kind in (Kind.ANSWERED, Kind.CORRECTED)}
        due = [each for each in newest if each.number not in settled and _is_due(each, now_ms)]
        if not due:
            return room
        said = [each for each in due if each.body["about"] == "said"]
        unanswered = [_answered(each, _NO_ANSWER, "", now_ms) for each in said]
        return self.rooms.change(*_corrected(room, unanswered, due, now_ms))

    def blocks(self, room: Room, offer: Offer, point: Point) -> NewRecord | None:
        """The warning that keeps a point off the overlay; None if it may be shown.

        Raises `Unknown` or `Unavailable` if nobody can look.
        """
        return self._warning(Way.POINT, room, offer, point)

    def recheck(self, room: Room) -> Room:
        """Strike the points on the overlay that the records support no longer. Raises `RoomConflict`.

        While nobody can look, they stay: that the records do not answer says nothing against them.
        The correction follows in a commit of its own, which names the record of the warning; after a crash
        between the two, the next `time_out` makes it.
        """
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


def _is_due(record: Record, now_ms: int) -> bool:
    if record.kind is not Kind.WARNED or record.body["level"] != Level.STRUCK:
        return False
    return record.body["about"] == "point" or record.at_ms + ANSWER_WITHIN_MS <= now_ms


def _answered(warned: Record, answer: str, by: str, at_ms: int) -> NewRecord:
    return NewRecord(at_ms, Kind.ANSWERED, {"warning": warned.number, "answer": answer, "by": by})


def _corrected(
    room: Room, answered: Sequence[NewRecord], warned: Sequence[Record], now_ms: int
) -> tuple[Room, list[NewRecord]]:
    """The room with the newest of the corrections on its overlay, and the records of all."""
    told = [
        NewRecord(now_ms, Kind.CORRECTED, {"warning": each.number, "text": each.body["correction"]})
        for each in warned
    ]
    last = warned[-1]
    shown = Correction(last.number, last.body["correction"], now_ms + CORRECTED_FOR_MS)
    return room.with_desk(replace(room.desk, correction=shown)), [*answered, *told]
