"""What the cold chain did to the goods, as far as their curves say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from traceability.cold_chain.excursions import Excursion
from traceability.cold_chain.exposure import Exposure, Held, warmest
from traceability.cold_chain.profiles import Profile, Profiles
from traceability.cold_chain.shelf_life import Remaining, remaining
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.telemetry.curve import Point
from traceability.telemetry.thresholds import LIMITS

TEMPERATURE = "air_temperature"


@dataclass(frozen=True, slots=True)
class Bearing:
    """The temperatures that the goods bear, in degrees Celsius."""

    low: float
    high: float
    profile: Profile | None

    @property
    def hysteresis(self) -> float:
        return 0 if self.profile is None else self.profile.hysteresis


def bearing(stated: tuple[float, float] | None, profile: Profile | None) -> Bearing | None:
    """What whoever made the goods stated counts; else the profile of their kind."""
    if stated is not None:
        return Bearing(*stated, profile)
    return None if profile is None else Bearing(profile.low, profile.high, profile)


def profile_of(goods: str, profiles: Profiles) -> Profile | None:
    try:
        numbers = dict(digital_link.parse(goods).path)
    except InvalidInput:  # an event may name goods in whatever way
        return None
    return profiles.of_gtin(numbers["01"]) if "01" in numbers else None


def sound(points: Iterable[Point]) -> list[Point]:
    """Those that can be. A sensor that says what cannot be says nothing of the goods."""
    return [point for point in points if LIMITS[TEMPERATURE].allow(point.value)]


def chilled_ms(pieces: Iterable[Held], profile: Profile | None) -> int:
    if profile is None or profile.chilling_below is None:
        return 0
    return sum(each.length_ms for each in pieces if each.celsius < profile.chilling_below)


def beyond_allowance(profile: Profile | None, was: Exposure, left: Sequence[Excursion]) -> bool | None:
    """Whether an excursion, or all of them together, lasted longer than `profile` allows."""
    if profile is None or (profile.allowed_consecutive_ms, profile.allowed_cumulative_ms) == (None, None):
        return None
    longest = max((each.length_ms for each in left), default=0)
    allowed = ((longest, profile.allowed_consecutive_ms), (was.outside_ms, profile.allowed_cumulative_ms))
    return any(most is not None and lasted > most for lasted, most in allowed)


def left_of(
    profile: Profile | None, harvested_at: datetime | None, pieces: Iterable[Held]
) -> Remaining | None:
    """By all devices together: where several measured at once, the warmest counts."""
    if profile is None or harvested_at is None:
        return None
    return remaining(profile.shelf_life, round(harvested_at.timestamp() * 1000), list(warmest(pieces)))
