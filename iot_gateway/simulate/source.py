"""Where the samples of devices come from, a model or a recording, and when they are due."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from iot_gateway.simulate.models import Model
from iot_gateway.simulate.moment import Moment
from iot_gateway.simulate.stream import Sample
from traceability.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Source:
    samples: Callable[[str], Iterator[Sample]]
    """Of a device, by its alias."""
    from_ms: int
    """True time of the first."""
    speed: float
    """How many times as fast as they were taken they are to be sent."""


def modelled(model: Model, seed: int, alias: str, from_ms: int, every_ms: int) -> Iterator[Sample]:
    """One sample each `every_ms`, without end."""
    for at_ms in count(from_ms, every_ms):
        yield Sample(at_ms, at_ms, model(seed, alias, at_ms))


def from_model(
    model: Model, seed: int, every_ms: int, samples: int | None, speed: float, now_ms: int
) -> Source:
    """So many samples of each device, or no end. Faster than life they begin in the past and end now.

    Raises `InvalidInput` for what would overtake the clock: a gateway refuses measurements of the future.
    """
    if speed > 1 and samples is None:
        raise InvalidInput(f"at {speed:g} times the speed of life there must be an end: say --for or --count")
    lasts_ms = every_ms * (samples or 0)
    from_ms = now_ms - max(0, round(lasts_ms * (1 - 1 / speed)))
    return Source(
        lambda alias: islice(modelled(model, seed, alias, from_ms, every_ms), samples), from_ms, speed
    )


def from_recording(moments: Sequence[Moment], shift_ms: int, speed: float) -> Source:
    """Every moment as it was measured, all shifted by the same amount; the same for each device."""

    def samples(_alias: str) -> Iterator[Sample]:
        for taken_at_ms, values in moments:
            yield Sample(taken_at_ms + shift_ms, taken_at_ms + shift_ms, values)

    return Source(samples, moments[0].taken_at_ms + shift_ms, speed)


def speed_of(rate: float, every_ms: int, in_one: int, devices: int) -> float:
    """At which `devices` send `rate` messages a second together. `in_one`: samples in a message."""
    return rate * every_ms / 1000 * in_one / devices
