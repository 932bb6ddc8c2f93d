"""What a host holds in the hand while on air: all of it at one moment, whatever was shown before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from api.present.desk_warnings import VERDICTS, SaidView, WarningView, said_views, warning_views
from api.present.harvest_form import zone_name
from api.present.overlay import OverlayState
from api.present.text import plain
from api.words import Words, message
from traceability.live.record import Kind, Record
from traceability.live.room import CARDS, Offer, Phase, Room

_PHASES = {
    Phase.READY: message("Not on air"),
    Phase.REHEARSAL: message("Rehearsal"),
    Phase.ON_AIR: message("ON AIR"),
    Phase.ENDED: message("Ended"),
}
_CARDS = {
    "cold": message("Temperature"),
    "facts": message("Facts"),
    "lab": message("Lab report"),
    "qr": message("QR code"),
}


@dataclass(frozen=True, slots=True)
class OfferView:
    code: str
    name: str
    path: str
    """Of the lot's page."""
    is_on: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class PointView:
    number: int
    text: str
    is_on: bool
    verdict: str
    """Of the claim check; "" while there is none."""
    verdict_word: str


@dataclass(frozen=True, slots=True)
class CardView:
    name: str
    word: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class ScansView:
    last_minute: int
    """Of the last whole minute."""
    by_minute: tuple[int, ...]
    """The oldest first; the last one is not over yet."""
    highest: int
    """At least 1, as what bars are drawn against."""


@dataclass(frozen=True, slots=True)
class RoomNow:
    """What is known of a room, and of what is on in it, at one moment."""

    room: Room
    now_ms: int
    records: Sequence[Record] = ()
    """The newest of what was said, warned, answered and corrected, in their order."""
    visits: Sequence[int] = ()
    """Of the last minutes, the oldest first; the last one is not over yet."""
    verdicts: Mapping[int, str] | None = None
    """By number, of the points of the offer that is on."""
    safe: Sequence[str] = ()
    """What may be said of it."""
    following: OverlayState | None = None
    """What the overlay would show of the next offer."""


@dataclass(frozen=True, slots=True)
class DeskView:
    code: str
    title: str
    host: str
    phase: str
    phase_word: str
    since_ms: int | None
    """When the room went on air; None before."""
    since: str
    """The same as the clock shows it."""
    offers: tuple[OfferView, ...]
    current: OfferView | None
    following: OfferView | None
    preview: OverlayState | None
    """Of the offer that follows."""
    points: tuple[PointView, ...]
    cards: tuple[CardView, ...]
    correction: str
    safe: tuple[str, ...]
    warnings: tuple[WarningView, ...]
    said: tuple[SaidView, ...]
    scans: ScansView | None
    is_unheard: bool
    """On air or after it, and no sentence came in of late: none was checked."""
    zone: str
    """Of all times here, as "UTC+08:00"."""


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room in the list of its party's."""

    code: str
    title: str
    host: str
    phase: str
    phase_word: str
    made: str


def room_line(room: Room, words: Words) -> RoomLine:
    phase, made = words.say(_PHASES[room.phase]), words.moment_ms(room.made_at_ms)
    return RoomLine(room.code, plain(room.title), plain(room.host), room.phase, phase, made)


def desk_view(at: RoomNow, words: Words) -> DeskView:
    room = at.room
    offers = {each.code: _offer(each, room) for each in room.offers}
    current, following = room.current, room.following
    correction = room.desk.correction
    return DeskView(
        code=room.code,
        title=plain(room.title),
        host=plain(room.host),
        phase=room.phase,
        phase_word=words.say(_PHASES[room.phase]),
        since_ms=room.on_air_at_ms,
        since="" if room.on_air_at_ms is None else words.time(words.at(room.on_air_at_ms)),
        offers=tuple(offers.values()),
        current=offers[current.code] if current else None,
        following=offers[following.code] if following else None,
        preview=at.following,
        points=_points(room, at.verdicts or {}, words),
        cards=tuple(CardView(name, words.say(_CARDS[name]), name not in room.desk.hidden) for name in CARDS),
        correction=plain(correction.text) if correction and correction.stands(at.now_ms) else "",
        safe=tuple(map(plain, at.safe)),
        warnings=warning_views(at.records, room, words),
        said=said_views(at.records, words),
        is_unheard=room.on_air_at_ms is not None and not any(each.kind == Kind.SAID for each in at.records),
        zone=zone_name(words.at(at.now_ms)),
        scans=ScansView(at.visits[-2], tuple(at.visits), max(1, *at.visits)) if at.visits else None,
    )


def _offer(offer: Offer, room: Room) -> OfferView:
    return OfferView(
        offer.code,
        plain(offer.name),
        urlsplit(offer.subject).path,
        offer == room.current,
        offer == room.following,
    )


def _points(room: Room, verdicts: Mapping[int, str], words: Words) -> tuple[PointView, ...]:
    views = []
    for point in room.current.points if room.current else ():
        verdict = verdicts.get(point.number, "")
        word = words.say(VERDICTS[verdict]) if verdict in VERDICTS else ""
        is_on = point.number in room.desk.points
        views.append(PointView(point.number, plain(point.text), is_on, verdict, word))
    return tuple(views)
