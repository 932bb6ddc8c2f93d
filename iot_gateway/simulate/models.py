"""What simulated devices measure: each model is a pure function of seed, device and true time."""

from collections.abc import Callable, Iterator, Mapping
from math import exp, pi, sin

from iot_gateway.simulate.chance import normal, uniform, wander

Values = Mapping[str, float | bool]
Model = Callable[[int, str, int], Values]
"""`(seed, alias, at_ms)` to values by metric. The weather is the seed's, its error the device's."""

HOUR_S, DAY_S, YEAR_S = 3_600, 86_400, 31_557_600
LOCAL_OFFSET_S = 8 * HOUR_S
"""Where the devices stand the sun is ahead of UTC by this much."""

ROOM_C, ROOM_CYCLE_S = 1.5, 1_200
DEFROST_EVERY_S, DEFROST_FOR_S, DEFROST_K = 6 * HOUR_S, 900, 5.0

TRUCK_C, DOOR_EVERY_S = 3.0, 2 * HOUR_S
WARMS_IN_S, TRUCK_COOLS_IN_S, PULP_LAGS = 1_800, 720, 0.15


def orchard(seed: int, alias: str, at_ms: int) -> Values:
    """A weather station: warm afternoons, moist nights, clouds that move in for hours."""
    at_s = at_ms / 1000
    cloud = (1 + wander(at_s, 6 * HOUR_S, seed, "cloud")) / 2
    warmth = (6 - 3 * cloud) * _sun(at_s, hottest_at_h=15) + 3 * wander(at_s, 2 * DAY_S, seed, "front")
    moist = 70 - 3 * warmth + 8 * wander(at_s, 12 * HOUR_S, seed, "moisture")
    light = max(0.0, _sun(at_s, hottest_at_h=12)) * (450 - 250 * cloud)
    wind = 2.5 + 1.5 * wander(at_s, 3 * HOUR_S, seed, "wind")

    def near(value: float, noise: float, digits: int, metric: str) -> float:
        error = 2 * noise * (2 * uniform(seed, alias, metric) - 1)
        return round(value + error + noise * normal(seed, alias, metric, at_ms), digits)

    return {
        "air_temperature": near(_season_c(at_s) + warmth, 0.1, 1, "air"),
        "relative_humidity": min(100.0, max(5.0, near(moist, 0.8, 1, "humidity"))),
        "pressure": near(101_000 + 900 * wander(at_s, 3 * DAY_S, seed, "pressure"), 15, 0, "pressure"),
        "wind_speed": max(0.0, near(wind, 0.3, 2, "wind")),
        "par": max(0.0, near(light, 1, 1, "light")),
        "rainfall": round(max(0.0, cloud - 0.85) * 0.005, 4),
    }


def cold_room(seed: int, alias: str, at_ms: int) -> Values:
    """A room at 1.5 degrees: its cooling goes on and off, and four times a day it is defrosted."""
    at_s = at_ms / 1000 + DEFROST_EVERY_S * uniform(seed, alias, "phase")
    cycle = 0.4 * abs(2 * (at_s / ROOM_CYCLE_S % 1) - 1) - 0.2
    bump = _bump(at_s % DEFROST_EVERY_S, DEFROST_FOR_S, ROOM_CYCLE_S) * DEFROST_K
    noise = 0.06 * normal(seed, alias, at_ms)
    return {
        "air_temperature": round(ROOM_C + cycle + bump + noise, 2),
        "pulp_temperature": round(ROOM_C + 0.1 * bump + 0.3 * noise, 2),
        "relative_humidity": round(92 - 3 * bump + 0.5 * normal(seed, alias, "humidity", at_ms), 1),
    }


def truck(seed: int, alias: str, at_ms: int) -> Values:
    """A refrigerated truck at 3 degrees; by day its door is opened for minutes in every two hours."""
    at_s = at_ms / 1000
    outside_c = _season_c(at_s) + 5 * _sun(at_s, hottest_at_h=15)
    openings = [(at_s - opened_s, lasts_s) for opened_s, lasts_s in _openings(seed, alias, at_s)]
    mixed = sum(_bump(since_s, lasts_s, TRUCK_COOLS_IN_S) for since_s, lasts_s in openings)
    warmed_k = (outside_c - TRUCK_C) * min(mixed, 1)
    noise = 0.1 * normal(seed, alias, at_ms)
    return {
        "air_temperature": round(TRUCK_C + 0.3 * sin(at_s / 200) + warmed_k + noise, 2),
        "pulp_temperature": round(TRUCK_C + PULP_LAGS * warmed_k + 0.2 * noise, 2),
        "door_open": any(0 <= since_s < lasts_s for since_s, lasts_s in openings),
    }


MODELS: Mapping[str, Model] = {"orchard": orchard, "cold-room": cold_room, "truck": truck}


def _season_c(at_s: float) -> float:
    return 16 + 8 * sin(2 * pi * (at_s / YEAR_S - 0.3))


def _sun(at_s: float, hottest_at_h: float) -> float:
    of_day = (at_s + LOCAL_OFFSET_S) % DAY_S / DAY_S
    return sin(2 * pi * (of_day - hottest_at_h / 24 + 0.25))


def _bump(since_s: float, lasts_s: float, fades_in_s: float) -> float:
    """How much of a disturbance is felt so long after it began: it grows while it lasts, then fades."""
    if since_s < 0:
        return 0.0
    reached = 1 - exp(-min(since_s, lasts_s) / WARMS_IN_S)
    return reached * exp(-max(0.0, since_s - lasts_s) / fades_in_s)


def _openings(seed: int, alias: str, at_s: float) -> Iterator[tuple[float, float]]:
    """When the door was opened around `at_s`, and for how long: between 6 and 20 o'clock only."""
    block = int(at_s // DOOR_EVERY_S)
    for each in (block - 1, block):
        opened_s = (each + 0.7 * uniform(seed, alias, "opened", each)) * DOOR_EVERY_S
        if 6 <= (opened_s + LOCAL_OFFSET_S) % DAY_S / HOUR_S < 20:
            yield opened_s, 120 + 600 * uniform(seed, alias, "lasts", each)
