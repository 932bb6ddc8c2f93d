"""What a host's page is made of: the room, its newest records, and what its goods bear out by now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.present.desk_warnings import MOST_WARNINGS
from api.present.live_desk import DeskView, RoomNow, desk_view
from api.present.overlay import OverlayState, overlay_state
from api.words import Words
from traceability.claims.facts import Facts
from traceability.errors import TraceError
from traceability.ledger.trace import Trace
from traceability.live.goods import check_point
from traceability.live.record import Record
from traceability.live.room import Offer, Room
from traceability.live.safe_sentences import safe_sentences
from traceability.live.studio import Studio

MOST_RECORDS = 200
MOST_KEPT = 64
"""Rooms whose goods were judged a moment ago: a page that is looked at asks every second."""
_A_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class _Judged:
    facts: Facts
    room: Room
    minute: int
    verdicts: dict[int, str]
    safe: list[str]


@dataclass(frozen=True, slots=True)
class LiveDesk:
    studio: Studio
    trace: Callable[[str], Trace]
    visits_a_minute: Callable[[Room], Sequence[int]]
    _kept: dict[str, _Judged] = field(default_factory=dict)

    def view(self, room: Room, words: Words) -> DeskView:
        now_ms = self.studio.rooms.now_ms()
        judged = self._judged(room, room.current, now_ms) if room.current else None
        at = RoomNow(
            room,
            now_ms,
            self._records(room.code),
            self.visits_a_minute(room),
            judged.verdicts if judged else {},
            judged.safe if judged else (),
            self._following(room.following, words),
        )
        return desk_view(at, words)

    def _records(self, code: str) -> list[Record]:
        """The newest, and before them what waits: whoever says a lot does not talk warnings away."""
        newest = self.studio.air.newest(code, MOST_RECORDS)
        waiting = [each.warned.number for each in self.studio.rooms.store.waiting(code)]
        older = [each for each in waiting if newest and each < newest[0].number][:MOST_WARNINGS]
        # What was said stands right before the warning of it.
        return [each for number in older for each in self.studio.air.records(code, number - 2, 2)] + [*newest]

    def _judged(self, room: Room, offer: Offer, now_ms: int) -> _Judged | None:
        """None while nobody can look."""
        try:
            facts = self.studio.transcript.facts(offer.subject)
        except TraceError:
            return None
        kept, minute = self._kept.get(room.code), now_ms // _A_MINUTE_MS
        if kept and kept.facts is facts and kept.room == room and kept.minute == minute:
            return kept
        on = datetime.fromtimestamp(now_ms / 1000, UTC)
        verdicts = {each.number: check_point(each.text, facts, on).verdict.value for each in offer.points}
        safe = [each.text for each in safe_sentences(facts, on, room.lang)]
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[room.code] = judged = _Judged(facts, room, minute, verdicts, safe)
        return judged

    def _following(self, offer: Offer | None, words: Words) -> OverlayState | None:
        try:
            return overlay_state(self.trace(offer.subject), words, 0) if offer else None
        except TraceError:
            return None
