"""What the commands of a host make of a room: the room after them, or why they cannot be."""

from collections.abc import Mapping
from dataclasses import replace

from traceability.errors import InvalidInput, NameTaken, Unknown
from traceability.live.room import MOST_OFFERS, MOST_POINTS, Desk, Offer, Phase, Point, Room, Was
from traceability.live.texts import LONGEST_NAME, LONGEST_POINT, one_line

REMEMBERED_MS = 10 * 60_000
MOST_REMEMBERED = 50
"""What was on the overlay before, and for how long: a line that is older is refused."""


def with_offer(room: Room, code: str, subject: str, name: str) -> Room:
    """`subject`: canonical Digital Link of a lot; one that is offered already stays as it is.

    Raises `InvalidInput`, `NameTaken`.
    """
    if any(each.subject == subject for each in room.offers):
        return room
    if len(room.offers) >= MOST_OFFERS:
        raise InvalidInput(f"room {room.code} has {len(room.offers)} offers, want at most {MOST_OFFERS}")
    if any(each.code == code for each in room.offers):
        raise NameTaken(f"room {room.code} has an offer {code} already")
    new = Offer(code, subject, one_line("name of the offer", name, LONGEST_NAME))
    return replace(room, offers=(*room.offers, new))


def without_offer(room: Room, code: str) -> Room:
    """Raises `Unknown`, `InvalidInput`."""
    gone = room.offer(code)
    if room.desk.offer == code:
        raise InvalidInput(f"offer {code} is on the overlay: show another one, or none, before it is removed")
    return replace(room, offers=tuple(each for each in room.offers if each is not gone))


def with_offer_moved(room: Room, code: str, to: int) -> Room:
    """`to`: its place from then on, from 1. Raises `Unknown`, `InvalidInput`."""
    moved = room.offer(code)
    if not 1 <= to <= len(room.offers):
        raise InvalidInput(f"place {to} for offer {code}, want 1 to {len(room.offers)}")
    others = [each for each in room.offers if each is not moved]
    return replace(room, offers=(*others[: to - 1], moved, *others[to - 1 :]))


def with_point(room: Room, code: str, text: str) -> Room:
    """The same words are one point, however often they come. Raises `Unknown`, `InvalidInput`."""
    offer, words = room.offer(code), one_line("point", text, LONGEST_POINT)
    if any(each.text == words for each in offer.points):
        return room
    if len(offer.points) >= MOST_POINTS:
        raise InvalidInput(f"offer {code} has {len(offer.points)} points, want at most {MOST_POINTS}")
    new = Point(offer.newest_point + 1, words)
    return _with(room, replace(offer, points=(*offer.points, new), newest_point=new.number))


def without_point(room: Room, code: str, number: int) -> Room:
    """One that is on the overlay leaves it. Raises `Unknown`."""
    offer = room.offer(code)
    left = tuple(each for each in offer.points if each.number != number)
    if len(left) == len(offer.points):
        raise Unknown(f"offer {code} has no point {number}")
    if room.desk.offer == code:
        room = replace(room, desk=replace(room.desk, points=room.desk.points - {number}))
    return _with(room, replace(offer, points=left))


def with_shown(room: Room, code: str | None, now_ms: int) -> Room:
    """That offer alone, without any of its points; None clears the overlay. Raises `Unknown`."""
    if code is not None:
        room.offer(code)
    if code == room.desk.offer:
        return room
    recent = [each for each in room.desk.before if each.until_ms > now_ms - REMEMBERED_MS]
    before = (*recent, Was(room.desk.offer, now_ms))[-MOST_REMEMBERED:]
    return replace(room, desk=replace(room.desk, offer=code, points=frozenset(), before=before))


def with_next_shown(room: Room, now_ms: int) -> Room:
    """Raises `InvalidInput` after the last one."""
    if room.following is None:
        raise InvalidInput(f"room {room.code} has no offer after the one that is on")
    return with_shown(room, room.following.code, now_ms)


def with_cards(room: Room, shown: Mapping[str, bool]) -> Room:
    """Those that are not named stay as they are. Raises `InvalidInput`."""
    hide = {name for name, is_shown in shown.items() if not is_shown}
    return room.with_desk(replace(room.desk, hidden=(room.desk.hidden - shown.keys()) | hide))


def rehearsing(room: Room) -> Room:
    """Raises `InvalidInput`."""
    return _into(room, Phase.REHEARSAL, "rehearse", (Phase.READY,))


def rehearsed(room: Room) -> Room:
    """Raises `InvalidInput`."""
    return _into(room, Phase.READY, "end the rehearsal", (Phase.REHEARSAL,))


def on_air(room: Room, now_ms: int) -> Room:
    """Raises `InvalidInput`."""
    if not room.offers:
        raise InvalidInput(f"room {room.code} has no offer: add one before it goes on air")
    return replace(_into(room, Phase.ON_AIR, "go on air", (Phase.READY,)), on_air_at_ms=now_ms)


def ended(room: Room, now_ms: int) -> Room:
    """Raises `InvalidInput`."""
    after = _into(room, Phase.ENDED, "end", (Phase.READY, Phase.ON_AIR))
    return replace(after, ended_at_ms=now_ms, desk=Desk())


def _into(room: Room, phase: Phase, command: str, wanted: tuple[Phase, ...]) -> Room:
    if room.phase not in wanted:
        raise InvalidInput(
            f"room {room.code} is {room.phase}: it can {command} only when it is {' or '.join(wanted)}"
        )
    # A correction names a record, and records of a rehearsal are forgotten.
    return replace(room, phase=phase, desk=replace(room.desk, correction=None))


def _with(room: Room, changed: Offer) -> Room:
    offers = tuple(changed if each.code == changed.code else each for each in room.offers)
    return replace(room, offers=offers)
