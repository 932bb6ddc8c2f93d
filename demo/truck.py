"""Simulated cold boxes, a refrigerated truck and a display cabinet, from one seeded model of heat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import pi, sin
from random import Random

from iot_gateway.simulate.moment import Moment

STEP_S = 10
"""One step of the model; short beside the minutes in which the air of a box follows its surroundings."""
DAY_S = 86_400
LOCAL_OFFSET_S = 8 * 3_600
"""Where the boxes stand the sun is ahead of UTC by this much."""

Span = tuple[int, int]
"""Seconds after the start: from, up to but not including."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A cooled box with fruit in it, and the logger that hangs in its air."""

    air_j_per_k: float
    """Heat that warms the air, lining and racks by one kelvin."""
    fruit_j_per_k: float
    walls_w_per_k: float
    """What the insulation lets through."""
    door_w_per_k: float
    """What an open door lets through besides."""
    fruit_w_per_k: float
    """Between the air and the fruit."""
    cooling_w: float
    on_above_c: float
    off_below_c: float
    defrost_every_s: int
    defrost_for_s: int
    defrost_w: float
    """Heat of the defroster that leaks into the air."""
    outside_mean_c: float
    outside_swing_c: float
    """How far the afternoon rises above the mean, and the night falls below it."""
    door_open: Sequence[Span] = ()
    silent: Sequence[Span] = ()
    """When the logger is dead: the box goes on without it."""
    noise_c: float = 0.06
    bias_c: float = 0.1
    resolution_c: float = 0.1
    clock_drift: float = 0.0
    """Seconds that the logger's clock gains in one second."""


@dataclass(frozen=True, slots=True)
class State:
    air_c: float
    fruit_c: float
    cooling: bool


TRUCK = Box(
    air_j_per_k=4.5e5,
    fruit_j_per_k=7.5e6,
    walls_w_per_k=60,
    door_w_per_k=900,
    fruit_w_per_k=450,
    cooling_w=4_500,
    on_above_c=2.6,
    off_below_c=1.2,
    defrost_every_s=6 * 3_600,
    defrost_for_s=12 * 60,
    defrost_w=150,
    outside_mean_c=14,
    outside_swing_c=6,
    door_open=((21 * 3_600, 21 * 3_600 + 26 * 60),),
    silent=((29 * 3_600, 29 * 3_600 + 50 * 60),),
    clock_drift=-1.4e-4,
)
"""A small truck with about two tonnes of fruit: one door left open, one dead stretch of the logger."""

CABINET = Box(
    air_j_per_k=4.0e4,
    fruit_j_per_k=1.1e5,
    walls_w_per_k=9,
    door_w_per_k=60,
    fruit_w_per_k=25,
    cooling_w=420,
    on_above_c=2.8,
    off_below_c=1.4,
    defrost_every_s=8 * 3_600,
    defrost_for_s=6 * 60,
    defrost_w=20,
    outside_mean_c=21,
    outside_swing_c=1,
)
"""A glass-door cabinet in a heated room, with the lot in it."""


def truck(start_ms: int, end_ms: int, seed: int, every_s: int = 120, box: Box = TRUCK) -> Iterator[Moment]:
    """The logger's readings from `start_ms` to `end_ms` (true time), one each `every_s` unless it is dead."""
    for at_s, moment in _logged(box, start_ms, seed):
        if start_ms + at_s * 1000 > end_ms:
            return
        dead = any(begin <= at_s < end for begin, end in box.silent)
        if at_s % every_s == 0 and not dead:
            yield moment


def cabinet(
    start_ms: int, live_from_ms: int, seed: int, every_s: int = 60, live_every_s: int = 10
) -> Iterator[Moment]:
    """The cabinet's readings from `start_ms` on, without end; from `live_from_ms` on one each `live_every_s`.

    It does not look at a clock. Who sends them waits until a reading's time has come.
    """
    for at_s, moment in _logged(CABINET, start_ms, seed):
        pace_s = every_s if start_ms + at_s * 1000 < live_from_ms else live_every_s
        if at_s % pace_s == 0:
            yield moment


def states(box: Box, start_ms: int) -> Iterator[tuple[int, State]]:
    """The true state of `box` each `STEP_S`, with the seconds after `start_ms`."""
    state = State(air_c=box.off_below_c, fruit_c=box.off_below_c, cooling=False)
    at_s = 0
    while True:
        yield at_s, state
        state = _step(box, state, at_s, outside_c(box, start_ms // 1000 + at_s))
        at_s += STEP_S


def outside_c(box: Box, epoch_s: int) -> float:
    """Temperature around the box: warmest at three in the afternoon, local time."""
    of_day = (epoch_s + LOCAL_OFFSET_S) % DAY_S / DAY_S
    return box.outside_mean_c + box.outside_swing_c * sin(2 * pi * (of_day - 0.375))


def is_open(box: Box, at_s: int) -> bool:
    return any(begin <= at_s < end for begin, end in box.door_open)


def _step(box: Box, state: State, at_s: int, outside: float) -> State:
    defrosting = at_s >= box.defrost_every_s and at_s % box.defrost_every_s < box.defrost_for_s
    opened = is_open(box, at_s)
    # A door switch stops the fan, as in most trucks: it would blow the cold out.
    running = state.cooling and not defrosting and not opened
    conductance = box.walls_w_per_k + (box.door_w_per_k if opened else 0)
    to_fruit_w = box.fruit_w_per_k * (state.air_c - state.fruit_c)
    into_air_w = (
        conductance * (outside - state.air_c)
        - to_fruit_w
        - (box.cooling_w if running else 0)
        + (box.defrost_w if defrosting else 0)
    )
    air_c = state.air_c + into_air_w * STEP_S / box.air_j_per_k
    return State(
        air_c=air_c,
        fruit_c=state.fruit_c + to_fruit_w * STEP_S / box.fruit_j_per_k,
        cooling=air_c > box.off_below_c if state.cooling else air_c > box.on_above_c,
    )


def _logged(box: Box, start_ms: int, seed: int) -> Iterator[tuple[int, Moment]]:
    noise = Random(seed)  # noqa: S311 (it must repeat, not surprise)
    for at_s, state in states(box, start_ms):
        measured = state.air_c + box.bias_c + noise.gauss(0, box.noise_c)
        rounded = round(round(measured / box.resolution_c) * box.resolution_c, 3)
        taken_at_ms = start_ms + round(at_s * 1000 * (1 + box.clock_drift))
        yield at_s, Moment(taken_at_ms, {"air_temperature": rounded, "door_open": is_open(box, at_s)})
