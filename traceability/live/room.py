"""A live room: who speaks in it, what is put up for sale there, and what its host has on the overlay."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from traceability.errors import InvalidInput, Unknown

CARDS = ("cold", "facts", "lab", "qr")
"""Parts of the overlay that the host may hide. What warns (verdict, excursion, recall, correction) stays."""
LANGUAGES = ("zh-CN", "en")
MOST_OFFERS = 200
MOST_POINTS = 12
"""Of one offer."""

CORRECTED_FOR_MS = 30_000
"""So long the overlay shows a correction; others wait for it."""


class Phase(StrEnum):
    READY = "ready"
    """Made, or back from a rehearsal: the overlay shows what the host puts on it, marked as not on air."""
    REHEARSAL = "rehearsal"
    """As on air, but it leaves no record: its report is given once, then nothing is kept."""
    ON_AIR = "on_air"
    ENDED = "ended"
    """For good. The record stays."""


RECORDED = (Phase.REHEARSAL, Phase.ON_AIR)
"""What happens then becomes records; of a rehearsal only until its report is given."""


@dataclass(frozen=True, slots=True)
class Point:
    """A selling point: a sentence of the host's own that the overlay may show, if the records support it."""

    number: int
    """From 1, within its offer; never given out again."""
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A lot that is put up for sale in one room."""

    code: str
    """Short code that viewers type or scan: 6 Crockford characters, unique in the installation."""
    subject: str
    """Canonical Digital Link of the lot (01 with 10)."""
    name: str
    """What the host calls it on the list."""
    points: tuple[Point, ...] = ()
    newest_point: int = 0
    """Number of the last one that it was given, also if that is gone."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What the overlay shows in the place of a claim that was struck from it."""

    warning: int
    """Number of the record that raised the warning."""
    text: str
    """In the room's language, made from the records, never from the host's words."""
    until_ms: int

    def stands(self, now_ms: int) -> bool:
        """Not also after the clock was set back by an hour: it would hold up others for so long."""
        return 0 < self.until_ms - now_ms <= 2 * CORRECTED_FOR_MS


@dataclass(frozen=True, slots=True)
class Was:
    """What was on the overlay before."""

    offer: str | None
    until_ms: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What the host has put on the overlay."""

    offer: str | None = None
    """Code of the offer that is on; None for an empty overlay."""
    hidden: frozenset[str] = frozenset()
    """Of `CARDS`."""
    points: frozenset[int] = frozenset()
    """Numbers of the points of that offer that are on the overlay."""
    correction: Correction | None = None
    before: tuple[Was, ...] = ()
    """Of the last minutes, the oldest first: what is heard late is about what was on when it was said."""


@dataclass(frozen=True, slots=True)
class Room:
    code: str
    """Public: 6 Crockford characters."""
    urn: str
    """`urn:uuid:...`, by which the events of its record name it."""
    party: str
    """GLN of the party whose room it is, and in whose name its record is kept."""
    host: str
    """How the host is called on pages."""
    title: str
    lang: str
    """Of `LANGUAGES`: what its overlay speaks."""
    made_at_ms: int
    phase: Phase = Phase.READY
    on_air_at_ms: int | None = None
    ended_at_ms: int | None = None
    offers: tuple[Offer, ...] = ()
    """In the order in which they are to be shown."""
    desk: Desk = field(default_factory=Desk)
    version: int = 0
    """Grows by one with each change."""

    def offer(self, code: str) -> Offer:
        """Raises `Unknown`."""
        for each in self.offers:
            if each.code == code:
                return each
        raise Unknown(f"room {self.code} has no offer {code[:20]!r}")

    @property
    def current(self) -> Offer | None:
        return None if self.desk.offer is None else self.offer(self.desk.offer)

    def on_between(self, from_ms: int, to_ms: int) -> list[Offer]:
        """What was on the overlay at any time between these and is still offered, the newest first."""
        found, since_ms = list[Offer](), 0
        known = {each.code: each for each in self.offers}
        for was in (*self.desk.before, Was(self.desk.offer, to_ms + 1)):
            if since_ms <= to_ms and was.until_ms > from_ms and was.offer in known:
                found.insert(0, known[was.offer])
            since_ms = was.until_ms
        return list(dict.fromkeys(found))

    @property
    def following(self) -> Offer | None:
        """The one after the current, or the first; None after the last."""
        codes = [each.code for each in self.offers]
        number = 0 if self.desk.offer is None else codes.index(self.desk.offer) + 1
        return self.offers[number] if number < len(codes) else None

    def with_desk(self, desk: Desk) -> "Room":
        if unknown := desk.hidden.difference(CARDS):
            raise InvalidInput(
                f"the overlay has no card {min(unknown)[:20]!r}, want one of {', '.join(CARDS)}"
            )
        return replace(self, desk=desk)
