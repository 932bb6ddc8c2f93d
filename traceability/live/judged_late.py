"""Judges what was said while nobody could look at the records, as soon as somebody can."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from traceability.claims.facts import Facts
from traceability.errors import TraceError
from traceability.live.goods import check_said
from traceability.live.ports import AirStore, RoomStore
from traceability.live.record import Kind, NewRecord, Record
from traceability.live.room import Room
from traceability.live.warnings import NOT_JUDGED, Judged, Way, said_record, warning_record

MOST_AT_ONCE = 10_000
"""Records that are looked through. Of a longer outage only the newest sentences are judged."""


@dataclass(frozen=True, slots=True)
class LateJudge:
    rooms: RoomStore
    air: AirStore
    facts: Callable[[str], Facts]
    """By the canonical Digital Link of a lot. May raise what a trace raises."""
    now_ms: Callable[[], int]

    def __call__(self, room: Room, after: int | None) -> int:
        """Put each such sentence on record once more, under its name, with its verdict and what warns of it.

        `after`: what the last call gave, the number of a record up to which nothing waits; None at first.
        Raises `RoomConflict` where somebody was faster: nothing is lost, ask again.
        """
        records = [] if after is None else self.air.records(room.code, after, MOST_AT_ONCE)
        if after is None or len(records) == MOST_AT_ONCE:
            records = self.air.newest(room.code)
        known, waits, new = cache(self._known), list[Record](), list[NewRecord]()
        for said in _unjudged(room, records):
            facts = known(room.offer(said.body["offer"]).subject)
            if facts is None:
                waits.append(said)
            else:
                new += _judged(room, said, facts, self.now_ms())
        if new:
            self.rooms.change(room, new)
        if waits:
            return waits[0].number - 1
        return records[-1].number if records else after or 0

    def _known(self, subject: str) -> Facts | None:
        """None while nobody can look."""
        try:
            return self.facts(subject)
        except TraceError:
            return None


def _unjudged(room: Room, records: Sequence[Record]) -> list[Record]:
    """Not those whose words were erased, or whose offer is gone: they stay as they are."""
    offered = {each.code for each in room.offers}
    said = {each.body["id"]: each for each in records if each.kind is Kind.SAID}
    return [
        each
        for each in said.values()
        if each.body["verdict"] == NOT_JUDGED
        and each.body["text"] is not None
        and each.body["offer"] in offered
    ]


def _judged(room: Room, said: Record, facts: Facts, now_ms: int) -> list[NewRecord]:
    body = said.body
    on = datetime.fromtimestamp(body["said_at_ms"] / 1000, UTC)
    judged = Judged(check_said(body["text"], facts, on), facts, on, body["offer"])
    warning = warning_record(Way.SAID, judged, body["id"], now_ms, room.lang)
    record = said_record(judged, body["id"], now_ms, body["times"], body["id"] if warning else None)
    return [record, warning] if warning else [record]
