"""What is left of goods' shelf life, by the Q10 model: a range, or none where too little is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from traceability.cold_chain.exposure import Held
from traceability.errors import InvalidInput

DAY_MS = 86_400_000
MOST_UNKNOWN = 0.2
"""Share of the time without readings beyond which no number is given."""


@dataclass(frozen=True, slots=True)
class Band:
    """How many times faster goods age 10 degrees warmer, between two temperatures: from `low` to `high`."""

    from_celsius: float
    to_celsius: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ShelfLife:
    """`days` (fewest, most) at `celsius`, and how much faster it passes where it is warmer."""

    celsius: float
    days: tuple[float, float]
    bands: tuple[Band, ...]
    """From `celsius` upwards, without holes."""

    def __post_init__(self) -> None:
        edges = [self.celsius, *(band.to_celsius for band in self.bands)]
        starts = [band.from_celsius for band in self.bands]
        if starts != edges[:-1] or any(after <= before for before, after in pairwise(edges)):
            raise InvalidInput(f"bands from {starts} do not follow on each other from {self.celsius} upwards")
        if not 0 < self.days[0] <= self.days[1]:
            raise InvalidInput(f"a shelf life of {self.days[0]} to {self.days[1]} days is none")
        if any(not 1 <= band.low <= band.high for band in self.bands):
            raise InvalidInput("a Q10 goes from its low to its high, both at least 1")

    def rates(self, celsius: float) -> tuple[float, float] | None:
        """Lowest and highest speed of ageing, 1 being that at the reference temperature.

        Colder is not said to be slower: goods may freeze or be chilled. None above the last band.
        """
        if celsius > self.bands[-1].to_celsius:
            return None
        low = high = 1.0
        for band in self.bands:
            tens = max(min(celsius, band.to_celsius) - band.from_celsius, 0) / 10
            low, high = low * band.low**tens, high * band.high**tens
        return low, high


@dataclass(frozen=True, slots=True)
class Remaining:
    """An estimate, and what it rests on."""

    days: tuple[float, float] | None
    """Fewest and most, kept at `celsius` from `as_of_ms` on; None where too little is known to say."""
    celsius: float
    as_of_ms: int
    known_ms: int
    unknown_ms: int


def remaining(life: ShelfLife, harvested_at_ms: int, pieces: Sequence[Held]) -> Remaining | None:
    """What is left at the end of `pieces` (oldest first, without overlaps); None if they say nothing.

    Of unknown time, the most hopeful end of the range takes that it passed at the reference temperature, the
    least hopeful one that it passed at the warmest that was measured.
    """
    since = [
        Held(max(each.from_ms, harvested_at_ms), each.to_ms, each.celsius)
        for each in pieces
        if each.to_ms > harvested_at_ms
    ]
    if not since:
        return None
    known_ms = sum(each.length_ms for each in since)
    as_of_ms = since[-1].to_ms
    unknown_ms = as_of_ms - harvested_at_ms - known_ms
    days = None
    if unknown_ms <= MOST_UNKNOWN * (known_ms + unknown_ms):
        days = _left(life, since, unknown_ms)
    return Remaining(days, life.celsius, as_of_ms, known_ms, unknown_ms)


def _left(life: ShelfLife, since: Sequence[Held], unknown_ms: int) -> tuple[float, float] | None:
    rates = list(_rates(life, since))
    if len(rates) < len(since):
        return None
    least = unknown_ms + sum(each.length_ms * low for each, (low, _) in zip(since, rates, strict=True))
    most = unknown_ms * max(high for _, high in rates)
    most += sum(each.length_ms * high for each, (_, high) in zip(since, rates, strict=True))
    return max(life.days[0] - most / DAY_MS, 0), max(life.days[1] - least / DAY_MS, 0)


def _rates(life: ShelfLife, pieces: Sequence[Held]) -> Iterator[tuple[float, float]]:
    for each in pieces:
        if (rates := life.rates(each.celsius)) is not None:
            yield rates
