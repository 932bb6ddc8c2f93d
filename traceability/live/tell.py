"""Tells the log what happened on air: each stretch of a room's records becomes one event."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from traceability.epcis.event import Event
from traceability.errors import InvalidInput, RoomConflict
from traceability.ledger.capture import as_stored
from traceability.live.lot_on_air import first_shown
from traceability.live.on_air_event import Told, first_of, on_air_event
from traceability.live.ports import AirStore, RoomStore
from traceability.live.record import Kind, Record
from traceability.live.room import Offer, Phase, Room
from traceability.proof.personal import Disclosure

TELL_WITHIN_MS = 10_000
_AT_ONCE = frozenset({Kind.PHASE, Kind.WARNED, Kind.ANSWERED, Kind.CORRECTED})
"""What is told without waiting for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Two of them may tell at once: the slower one loses, and finds out what the other told."""

    rooms: RoomStore
    air: AirStore
    lot_shown: Callable[[Room, Offer, int], object]
    """Captures that an offer was on air, first at that time; asking twice does no harm."""
    now_ms: Callable[[], int]
    troubled: Callable[[str, Exception], None]
    """Told what went wrong in which room."""
    _told: dict[str, Told] = field(default_factory=dict)

    def look(self) -> int:
        """Tell what is due, of all rooms; how many events. Raises `Unavailable` while the store is away."""
        return sum(self._tell_all(code) for code in self.air.untold())

    def _tell_all(self, code: str) -> int:
        """A fault of one room costs that room one look, whatever it is."""
        count = 0
        try:
            while self._tell_next(code):
                count += 1
        except RoomConflict:
            self._told.pop(code, None)  # another was faster: find out anew what is told
        except Exception as fault:  # noqa: BLE001
            self.troubled(code, fault)
        return count

    def _tell_next(self, code: str) -> bool:
        """Whether there was a stretch to tell."""
        told = self._told.get(code) or Told.in_event(self.air.last_told(code))
        records = self.air.records(code, told.up_to)
        if not self._is_due(records):
            return False
        self._told[code] = told
        # The order is the whole point: (1) the lots' own events, (2) the record's event.
        #
        # A crash before (1) or (2) leaves the records untold: the next look tells them, and the lots' events
        # that are there already are found again. The other order could leave a lot without its event, since
        # nobody looks at records that are told.
        room, stretch = self.rooms.room(code), first_of(records)

        # (1)
        self._tell_lots(room, stretch)
        # (2)
        stretch, (event, disclosures) = self._event(room, told, stretch)
        stored = as_stored(event, room.party, self.now_ms(), secrets.token_bytes(16))
        self.air.keep_told(code, told.up_to, stretch[-1].number, stored, disclosures)
        self._told[code] = told.then(stretch)
        if room.phase is Phase.ENDED and stretch[-1] == records[-1]:
            del self._told[code]
        return True

    def _tell_lots(self, room: Room, stretch: Sequence[Record]) -> None:
        first = first_shown(stretch)
        for each in room.offers:
            if each.code in first:
                try:
                    self.lot_shown(room, each, first[each.code])
                except InvalidInput as refused:
                    # Its page does not name the room then; the room's own record goes on.
                    self.troubled(room.code, refused)

    def _event(
        self, room: Room, told: Told, stretch: Sequence[Record]
    ) -> tuple[Sequence[Record], tuple[Event, tuple[Disclosure, ...]]]:
        """Of as many of these records as an event carries; one that none carries stops no other."""
        first = stretch[:1]
        for some in (stretch, first):
            try:
                return some, on_air_event(room, told, some)
            except InvalidInput as error:
                refused = error
        hole = f"record {first[0].number} is told without what it says: {refused}"
        self.troubled(room.code, InvalidInput(hole))
        return first, on_air_event(room, told, first, withholds=True)

    def _is_due(self, records: Sequence[Record]) -> bool:
        """With `first_of` a stretch is short all the same when much came at once."""
        if not records:
            return False
        # A record of a later time than now: somebody has set the clock back.
        waits = 0 <= self.now_ms() - records[0].at_ms < TELL_WITHIN_MS
        return not waits or any(each.kind in _AT_ONCE for each in records)
