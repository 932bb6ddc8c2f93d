"""Live rooms as hosts command them: each command is one change, kept with its records or not at all."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

from traceability.errors import InvalidInput, NameTaken, RoomConflict, Unknown
from traceability.gs1 import digital_link
from traceability.live import commands
from traceability.live.answers import last_correction
from traceability.live.goods import check_name
from traceability.live.host_key import check_host_key, digest_of, new_host_key
from traceability.live.ports import RoomStore
from traceability.live.record import Kind, NewRecord
from traceability.live.room import LANGUAGES, Desk, Offer, Phase, Point, Room
from traceability.live.short_code import draw
from traceability.live.texts import LONGEST_HOST, LONGEST_TITLE, one_line
from traceability.proof.subject import typed_goods

MOST_OPEN = 50
"""Rooms of one party that have not ended: each is looked at many times a second."""
MOST_LISTED = 100
_TRIES = 10


class Judge(Protocol):
    """Decides what may stand on an overlay."""

    def blocks(self, room: Room, offer: Offer, point: Point) -> NewRecord | None:
        """The warning that keeps this point off; None if it may be shown.

        Raises `Unknown`, `Unavailable`: whoever cannot look does not say yes.
        """


@dataclass(frozen=True, slots=True)
class PointsShown:
    room: Room
    blocked: Mapping[int, NewRecord]
    """By number, those that may not be shown, with their warnings."""


@dataclass(frozen=True, slots=True)
class Listed:
    rooms: Sequence[Room]
    """The newest first."""
    more: int
    """How many older ones there are."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """Every command may raise `RoomConflict` and `Unknown`, and `InvalidInput` in a room that has ended."""

    store: RoomStore
    holds: Callable[[str], bool]
    """Whether any event names a canonical Digital Link."""
    now_ms: Callable[[], int]
    random: Callable[[int], bytes] = secrets.token_bytes

    def make(self, party: str, host: str, title: str, lang: str) -> tuple[Room, str]:
        """A new room of `party` (GLN), and the key of its host, which nobody is told again."""
        if lang not in LANGUAGES:
            raise InvalidInput(f"language is {lang[:20]!r}, want {' or '.join(LANGUAGES)}")
        if sum(each.party == party for each in self.store.not_ended()) >= MOST_OPEN:
            raise InvalidInput(f"party {party} has {MOST_OPEN} rooms that have not ended: end one of them")
        host = one_line("name of the host", host, LONGEST_HOST)
        title = one_line("title of the room", title, LONGEST_TITLE)
        check_name("name of the host", host, self.now_ms())
        check_name("title of the room", title, self.now_ms())
        key = new_host_key()

        def create() -> Room:
            room = Room(draw(self.random), uuid4().urn, party, host, title, lang, self.now_ms())
            self.store.create(room, digest_of(key))
            return room

        return _until_free(create), key

    def listed(self, party: str | None) -> Listed:
        """The newest rooms of a party (GLN), or of all: years of them are no answer to anybody."""
        newest = self.store.rooms(party, MOST_LISTED)
        return Listed(newest, max(self.store.count(party) - len(newest), 0))

    def check_key(self, code: str, host_key: str) -> None:
        """Raises `NotAuthorised` for any but the room's own."""
        check_host_key(host_key, self.store.key_digest(code))

    def new_key(self, code: str) -> str:
        """For a room whose key was lost, or seen by others: the key before opens nothing any more."""
        key = new_host_key()
        self.store.replace_key(code, digest_of(key))
        return key

    def add_offer(self, code: str, lot: str, name: str) -> tuple[Room, Offer]:
        """`lot`: its Digital Link, a path, or AIs in brackets; the offer that it has already, if it has one.

        Raises `InvalidInput`, `Unknown`.
        """
        subject = typed_goods(lot)
        if digital_link.kind(subject) != "lot":
            raise InvalidInput(f"{subject} is no lot: want a product with its lot number (AI 01 and 10)")
        if not self.holds(subject):
            raise Unknown(f"no event names {subject}")
        check_name("name of the offer", name, self.now_ms())

        def add() -> Room:
            offer = draw(self.random)
            return self._change(code, lambda room: commands.with_offer(room, offer, subject, name))

        room = _until_free(add)
        return room, next(each for each in room.offers if each.subject == subject)

    def remove_offer(self, code: str, offer: str) -> Room:
        return self._change(code, lambda room: commands.without_offer(room, offer))

    def move_offer(self, code: str, offer: str, to: int) -> Room:
        """`to`: its place from then on, from 1."""
        return self._change(code, lambda room: commands.with_offer_moved(room, offer, to))

    def add_point(self, code: str, offer: str, text: str) -> Room:
        return self._change(code, lambda room: commands.with_point(room, offer, text))

    def remove_point(self, code: str, offer: str, number: int) -> Room:
        return self._change(code, lambda room: commands.without_point(room, offer, number))

    def show(self, code: str, offer: str | None) -> Room:
        """None clears the overlay."""
        return self._change(code, lambda room: commands.with_shown(room, offer, self.now_ms()))

    def show_next(self, code: str) -> Room:
        """Whoever asks twice moves on twice: a program that knows the next offer shows it by its code."""
        return self._change(code, lambda room: commands.with_next_shown(room, self.now_ms()))

    def show_cards(self, code: str, shown: Mapping[str, bool]) -> Room:
        """By name, of `CARDS`."""
        return self._change(code, lambda room: commands.with_cards(room, shown))

    def show_points(self, code: str, offer: str, numbers: Collection[int], judge: Judge) -> PointsShown:
        """These points of the offer that is on, and no others, as far as `judge` lets them."""
        blocked: dict[int, NewRecord] = {}

        def put(room: Room) -> tuple[Room, Sequence[NewRecord]]:
            asked = _points(room, offer, numbers)
            new = [each for each in asked if each.number not in room.desk.points]
            warned = {each.number: judge.blocks(room, room.offer(offer), each) for each in new}
            blocked.clear()
            blocked.update({number: each for number, each in warned.items() if each is not None})
            shown = frozenset(each.number for each in asked) - blocked.keys()
            records = list(blocked.values()) if room.phase in (Phase.REHEARSAL, Phase.ON_AIR) else []
            return room.with_desk(replace(room.desk, points=shown)), records

        return PointsShown(self._change_and_tell(code, put), blocked)

    def rehearse(self, code: str) -> Room:
        return self._into(code, commands.rehearsing)

    def end_rehearsal(self, code: str) -> Room:
        """Its records are forgotten."""
        return self._change(code, commands.rehearsed)

    def go_on_air(self, code: str) -> Room:
        return self._into(code, lambda room: commands.on_air(room, self.now_ms()))

    def end(self, code: str) -> Room:
        """For good. What was struck and not put right yet is put right in the same commit."""

        def end(room: Room) -> tuple[Room, Sequence[NewRecord]]:
            now_ms = self.now_ms()
            after = commands.ended(room, now_ms)
            if room.phase is not Phase.ON_AIR:
                return after, []
            # Nobody answers any more, and no claim is left as it is by ending.
            correction, records = last_correction(room, self.store.waiting(code), now_ms)
            return after.with_desk(Desk(correction=correction)), [*records, self._phase(after)]

        return self._change_and_tell(code, end)

    def _into(self, code: str, command: Callable[[Room], Room]) -> Room:
        """A change of phase that stands in the records."""

        def change(room: Room) -> tuple[Room, Sequence[NewRecord]]:
            after = command(room)
            return after, [self._phase(after)]

        return self._change_and_tell(code, change)

    def _phase(self, of: Room) -> NewRecord:
        return NewRecord(self.now_ms(), Kind.PHASE, {"phase": of.phase.value})

    def _change(self, code: str, command: Callable[[Room], Room]) -> Room:
        return self._change_and_tell(code, lambda room: (command(room), ()))

    def _change_and_tell(
        self, code: str, command: Callable[[Room], tuple[Room, Sequence[NewRecord]]]
    ) -> Room:
        """Again from the room as it is by then, where somebody else was faster."""
        for _ in range(_TRIES):
            room = self.store.room(code)
            if room.phase is Phase.ENDED:
                raise InvalidInput(f"room {code} has ended: nothing in it changes any more")
            after, records = command(room)
            if after == room and not records:
                return room
            try:
                return self.store.change(after, records)
            except RoomConflict:
                continue
        raise RoomConflict(f"room {code} was changed by others {_TRIES} times meanwhile: try again")


def _until_free(make: Callable[[], Room]) -> Room:
    for _ in range(_TRIES):
        try:
            return make()
        except NameTaken:
            continue
    raise NameTaken(f"{_TRIES} new codes were all given out already: try again")


def _points(room: Room, offer: str, numbers: Collection[int]) -> list[Point]:
    if room.desk.offer != offer:
        raise InvalidInput(f"offer {room.offer(offer).code} is not on the overlay: show it before its points")
    points = room.offer(offer).points
    if unknown := set(numbers).difference(each.number for each in points):
        raise Unknown(f"offer {offer} has no point {min(unknown)}")
    return [each for each in points if each.number in numbers]
