"""What the page of a lot says of live rooms: where it was shown, and of the one that a viewer comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

from traceability.errors import Unknown
from traceability.ledger.on_air import Showing
from traceability.live.corrected import Corrected, Corrections
from traceability.live.ports import RoomStore
from traceability.live.room import Phase, Room

MOST_SHOWN = 5
"""Rooms that a page names."""


@dataclass(frozen=True, slots=True)
class ShownIn:
    showing: Showing
    phase: Phase | None
    """None for a room that is not known here."""


@dataclass(frozen=True, slots=True)
class CameFrom:
    """The room that a viewer comes from. The lot is, or was, on offer there."""

    code: str
    host: str
    """Hostile, as is all that hosts write."""
    party: str
    """GLN."""
    lang: str
    phase: Phase
    shown: Showing | None
    """None where it was not on air yet."""
    corrected: tuple[Corrected, ...]
    """What was corrected there about this lot, the newest first."""


@dataclass(frozen=True, slots=True)
class OnAir:
    """All of it, as a value: a page that would say the same need not be made anew."""

    shown: tuple[ShownIn, ...]
    more: int
    """Rooms that are not named."""
    came_from: CameFrom | None


class LotPages:
    def __init__(self, rooms: RoomStore, corrections: Corrections) -> None:
        self._rooms = rooms
        self._corrections = corrections

    def named(self, showings: Sequence[Showing], came_from: str | None) -> set[str]:
        """The URNs of the rooms that `of` looks at. Whatever viewers see of one is told in events of it."""
        own = self._room(came_from) if came_from else None
        return {each.room for each in showings[:MOST_SHOWN]} | ({own.urn} if own else set())

    def of(self, subject: str, showings: Sequence[Showing], came_from: str | None) -> OnAir:
        """`showings`: of this lot, the newest first; `came_from`: the room's code that a link says."""
        named = showings[:MOST_SHOWN]
        codes = dict.fromkeys([each.room_code for each in named] + ([came_from] if came_from else []))
        rooms = {code: room for code in codes if (room := self._room(code)) is not None}
        own = rooms.get(came_from) if came_from else None
        return OnAir(
            tuple(ShownIn(each, _phase(rooms.get(each.room_code), each)) for each in named),
            len(showings) - len(named),
            None if own is None else self._visited(own, subject, showings),
        )

    def _room(self, code: str) -> Room | None:
        try:
            return self._rooms.room(code)
        except Unknown:
            return None

    def _visited(self, room: Room, subject: str, showings: Sequence[Showing]) -> CameFrom | None:
        shown = next((each for each in reversed(showings) if each.room == room.urn), None)
        offers = {each.code for each in room.offers if each.subject == subject}
        offers |= {each.offer_code for each in showings if each.room == room.urn}
        if not offers:
            return None
        corrected = [each for each in self._corrections.of(room.code) if each.offer in offers]
        return CameFrom(
            room.code, room.host, room.party, room.lang, room.phase, shown, tuple(reversed(corrected))
        )


def _phase(room: Room | None, showing: Showing) -> Phase | None:
    return room.phase if room is not None and room.urn == showing.room else None
