"""What a trace says, in the values that claims are judged by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Amount:
    """Kilograms of goods that an event names, and in which field of it."""

    field: str
    kilograms: float


@dataclass(frozen=True, slots=True)
class Happening:
    """One event that nobody voided."""

    key: str | None
    """None for what the trace states outside its events."""
    step: str
    """EPCIS business step; "harvest" for quantities of a lot coming into being from nothing."""
    at: datetime
    """In the zone where it happened."""
    place: str
    """Its names in all languages, joined; hostile."""
    party: str
    disposition: str
    amounts: tuple[Amount, ...]
    device: str | None
    """Alias of the device whose batch of readings it is."""
    measured: tuple[datetime, datetime] | None
    """First and last time of the readings of that batch."""
    broken: bool
    """Its proof is contradicted, so that it supports nothing."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One laboratory result."""

    analyte: str
    """In all languages, joined, in normal form; hostile."""
    names: tuple[str, ...]
    value: float
    unit: str
    limit: float | None
    tested_at: datetime | None
    laboratory: str
    key: str | None
    """Of the event that states it."""


@dataclass(frozen=True, slots=True)
class Series:
    """What one device measured of one metric."""

    alias: str
    metric: str
    cold_chain: bool
    live: bool
    low: float | None
    high: float | None
    excursions: tuple[tuple[int, int, float], ...]
    """From and to in Unix milliseconds, and the extreme."""
    silences: tuple[tuple[int, int], ...]
    coldest: tuple[int, float]
    """When, in Unix milliseconds, and the value; so the next two."""
    warmest: tuple[int, float]
    newest: tuple[int, float]
    mean: float


@dataclass(frozen=True, slots=True)
class Recall:
    """One recall that reaches the goods, by somebody who may recall them."""

    key: str | None
    at: datetime
    released_at: datetime | None
    reason: dict[str, str]
    """By language; hostile."""

    def is_in_force(self, on: datetime) -> bool:
        return self.at <= on and (self.released_at is None or on < self.released_at)


@dataclass(frozen=True, slots=True)
class Certificate:
    name: str
    """Everything that it says in words, in normal form; hostile."""
    valid_from: datetime | None
    valid_until: datetime | None
    """The last moment of its last day."""
    key: str | None

    def is_valid(self, on: datetime) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and not self.has_expired(on)

    def has_expired(self, on: datetime) -> bool:
        return self.valid_until is not None and on > self.valid_until


@dataclass(frozen=True, slots=True)
class Facts:
    product: dict[str, str]
    origin: dict[str, str]
    varieties: str
    """Names that events give the goods and their variety, joined, in normal form."""
    happenings: tuple[Happening, ...]
    """By time."""
    measured: tuple[Measured, ...]
    series: tuple[Series, ...]
    certificates: tuple[Certificate, ...]
    storage: tuple[float, float] | None
    """Lowest and highest temperature that the goods bear, in degrees Celsius."""
    storage_key: str | None
    verdict: str
    """What the server says of the whole trace: verified, contradicted or unchecked."""
    made_at: datetime
    recalls: tuple[Recall, ...] | None = None
    """Newest first; None where the trace does not say."""

    @property
    def zone(self) -> tzinfo:
        """Where the fruit was picked: there "this morning" was."""
        return next((each.at.tzinfo for each in self.happened("harvest") if each.at.tzinfo), CHINA)

    def happened(self, *steps: str) -> list[Happening]:
        return [each for each in self.happenings if each.step in steps]

    @property
    def cold_air(self) -> list[Series]:
        """Temperatures of what travelled or stood with the goods in the cold chain."""
        return [each for each in self.series if each.cold_chain and "temperature" in each.metric]

    def batches_of(self, alias: str, from_ms: int, to_ms: int) -> Iterable[Happening]:
        """The events that hold the readings of a device in a span of time."""
        for each in self.happenings:
            if each.device == alias and each.measured is not None:
                first, last = (moment.timestamp() * 1000 for moment in each.measured)
                if first <= to_ms and from_ms <= last:
                    yield each
