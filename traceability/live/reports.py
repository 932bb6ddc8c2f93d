"""The report of what happens or happened in a room, for whoever may command it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from traceability.errors import InvalidInput
from traceability.live.ports import AirStore, RoomStore
from traceability.live.record import Kind, NewRecord, Record
from traceability.live.report import room_report
from traceability.live.room import Offer, Phase, Point, Room

_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Reports:
    rooms: RoomStore
    air: AirStore
    blocks: Callable[[Room, Offer, Point], NewRecord | None]
    """The warning that keeps a point off the overlay. May raise `Unknown` or `Unavailable`."""

    def of(self, code: str) -> dict[str, Any]:
        """JSON. In a rehearsal, also what would keep each point off, though nobody has tried to show it.

        Raises `InvalidInput` before there is anything to report.
        """
        room = self.rooms.room(code)
        if room.phase is Phase.READY:
            raise InvalidInput(f"room {code} has nothing to report: rehearse it, or go on air")
        records = list(self._records(code))
        if room.phase is Phase.REHEARSAL:
            records += self._not_tried(room, records)
        return room_report(room, records)

    def _records(self, code: str) -> Iterator[Record]:
        after = 0
        while records := self.air.records(code, after, _AT_ONCE):
            yield from records
            after = records[-1].number

    def _not_tried(self, room: Room, records: list[Record]) -> list[Record]:
        warned = [each.body for each in records if each.kind is Kind.WARNED and each.body["about"] == "point"]
        tried = {(body["offer"], body["of"]) for body in warned}
        points = [(offer, point) for offer in room.offers for point in offer.points]
        found = [self.blocks(room, *each) for each in points if (each[0].code, each[1].number) not in tried]
        blocked = [each for each in found if each is not None]
        return [
            Record(number, each.at_ms, each.kind, each.body, None)
            for number, each in enumerate(blocked, len(records) + 1)
        ]
