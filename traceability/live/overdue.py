"""Ends rooms that nobody ends: what was forgotten on air is not on air for ever, nor its key of use."""

from collections.abc import Iterator
from contextlib import suppress

from traceability.errors import InvalidInput, RoomConflict
from traceability.ledger.scan import DAY_MS
from traceability.live.room import Phase, Room
from traceability.live.rooms import Rooms

ON_AIR_AT_MOST_MS = DAY_MS
"""Whoever broadcasts for longer goes on in another room."""
UNUSED_AT_MOST_MS = 90 * DAY_MS
"""From when it was made, of one that was never on air."""


def end_overdue(rooms: Rooms) -> Iterator[Room]:
    """End each open room that is overdue, as its host would; those that were ended now.

    Raises `Unavailable` while the store is away.
    """
    for room in rooms.store.not_ended():
        if is_overdue(room, rooms.now_ms()):
            # Where its host was faster, the next look sees the room as it is then.
            with suppress(InvalidInput, RoomConflict):
                if room.phase is Phase.REHEARSAL:
                    rooms.end_rehearsal(room.code)
                yield rooms.end(room.code)


def is_overdue(room: Room, now_ms: int) -> bool:
    if room.on_air_at_ms is None:
        return now_ms - room.made_at_ms >= UNUSED_AT_MOST_MS
    return now_ms - room.on_air_at_ms >= ON_AIR_AT_MOST_MS
