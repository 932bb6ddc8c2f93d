"""One account for each lot and unit: what came in, what went out, and what lies in items and containers."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

ZERO = Fraction(0)


class Draw(Enum):
    """How goods leave a lot, or are claimed of it."""

    USED = "used"
    """Went into something else, or were sold, sampled or destroyed."""
    HELD = "held"
    """Labelled or packed."""
    SHIPPED = "shipped"
    """Left one place, however often they were shipped from others."""
    RECEIVED = "received"
    """Came to one place, less what left it."""
    MADE = "made"
    """What came out of a transformation and is stated as lost there, against what went in."""


@dataclass(frozen=True, slots=True)
class OverDrawn:
    """By these events, more was drawn than there was."""

    lot: str
    """Canonical Digital Link; of `MADE` the first that came out."""
    draw: Draw
    had: Fraction
    drew: Fraction
    unit: str
    events: tuple[str, ...]
    """Keys: where it came from, then what drew it."""


@dataclass(slots=True)
class Account:
    """Open while a history is walked, then only read."""

    lot: str
    unit: str
    harvested: Fraction = ZERO
    """Came into being from nothing else in the log."""
    made: Fraction = ZERO
    """Came out of transformations."""
    used: Fraction = ZERO
    gone: Fraction = ZERO
    """Sold, sampled or destroyed."""
    held: Fraction = ZERO
    """In items and containers at this moment of the walk."""
    shipped: defaultdict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    """By the place (GLN) that it left, less what was called back."""
    received: defaultdict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    sources: dict[str, None] = field(default_factory=dict)
    """Keys of the events by which it came."""
    draws: defaultdict[Draw, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    makers: set[str] = field(default_factory=set)
    """Places (GLN) where it came into being."""
    unmeasured: dict[str, None] = field(default_factory=dict)
    """Keys of events that do not say how much."""
    is_bounded: bool = True
    """Whether all that came is known; else nothing can be too much."""
    over: dict[Draw, OverDrawn] = field(default_factory=dict)
    """The worst of each kind."""

    @property
    def had(self) -> Fraction:
        """All of it; where nobody said that it came into being, what was received."""
        came = self.harvested + self.made if self.made else self.harvested
        return came or sum(self.received.values(), ZERO)

    @property
    def there(self) -> Fraction:
        """What was neither used nor is gone; less than nothing if too much was drawn."""
        return self.had - self.used - self.gone

    @property
    def claimed(self) -> Fraction:
        """What is labelled, packed or was shipped, as far as it is still there."""
        most = max([self.held, *self.shipped.values()])
        return min(most, max(self.there, ZERO))

    @property
    def left(self) -> Fraction:
        return self.there - self.claimed

    def use(self, amount: Fraction, event: str, *, gone: bool) -> None:
        if gone:
            self.gone += amount
        else:
            self.used += amount
        self._check(Draw.USED, self.had, self.used + self.gone, event)
        # What is not loose was taken out of its container, though nobody said so.
        self.held = min(self.held, max(self.there, ZERO))

    def hold(self, amount: Fraction, event: str) -> None:
        self.held += amount
        self._check(Draw.HELD, self.there, self.held, event)

    def release(self, amount: Fraction) -> None:
        self.held = max(self.held - amount, ZERO)

    def ship(self, amount: Fraction, place: str, event: str, *, is_bounded: bool) -> None:
        """`is_bounded`: whether all that the place received of it is known."""
        self.shipped[place] += amount
        back = self.received[place]
        # Who received some of it and made none has no more; of others only the whole is known.
        had = back if back and place not in self.makers else self.had + back
        if is_bounded:
            self._check(Draw.SHIPPED, had, self.shipped[place], event)

    def receive(self, amount: Fraction, place: str, event: str) -> None:
        self.received[place] += amount
        self._check(Draw.RECEIVED, self.had + self.shipped[place], self.received[place], event)

    def _check(self, draw: Draw, had: Fraction, drew: Fraction, event: str) -> None:
        self.draws[draw][event] = None
        worst = self.over.get(draw)
        if (
            drew > had
            and self.is_bounded
            and self.had
            and (worst is None or drew - had >= worst.drew - worst.had)
        ):
            events = tuple(dict.fromkeys([*self.sources, *self.draws[draw]]))
            self.over[draw] = OverDrawn(self.lot, draw, max(had, ZERO), drew, self.unit, events)
