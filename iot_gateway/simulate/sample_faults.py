"""What goes wrong with a device's clock and sensors: each fault changes samples, and marks the changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from iot_gateway.simulate.stream import SILENCE, Sample

Occurs = Callable[[int], bool]
"""Whether a fault happens at a time."""

NO_VALUE = -999.0
"""What many loggers write where they have no value; below what any metric can be."""


def offset(samples: Iterable[Sample], by_ms: float) -> Iterator[Sample]:
    """The clock is ahead all the time, or behind."""
    return _clock(samples, "offset", lambda _: by_ms)


def drift(samples: Iterable[Sample], ppm: float) -> Iterator[Sample]:
    """The clock, right at first, gains so many seconds in a million."""
    return _clock(samples, "drift", lambda elapsed_ms: elapsed_ms * ppm / 1_000_000)


def impossible(samples: Iterable[Sample], occurs: Occurs) -> Iterator[Sample]:
    for sample in samples:
        metric = _first_number(sample)
        if metric is not None and occurs(sample.at_ms):
            sample = _with(sample, metric, NO_VALUE, "impossible")
        yield sample


def stuck(samples: Iterable[Sample], occurs: Occurs, for_ms: float) -> Iterator[Sample]:
    """One value stays what it was."""
    until_ms, held = 0.0, 0.0
    for sample in samples:
        metric = _first_number(sample)
        if metric is not None and sample.at_ms >= until_ms and occurs(sample.at_ms):
            until_ms, held = sample.at_ms + for_ms, sample.values[metric]
        yield _with(sample, metric, held, "stuck") if metric and sample.at_ms < until_ms else sample


def silence(samples: Iterable[Sample], occurs: Occurs, for_ms: float) -> Iterator[Sample]:
    """Nothing is measured for a while, never from the very beginning; the first sample after it is marked."""
    until_ms: float | None = None
    for nth, sample in enumerate(samples):
        if until_ms is None and nth and occurs(sample.at_ms):
            until_ms = sample.at_ms + for_ms
        if until_ms is None:
            yield sample
        elif sample.at_ms >= until_ms:
            until_ms = None
            yield replace(sample, faults=(*sample.faults, SILENCE))


def _clock(samples: Iterable[Sample], name: str, ahead_ms: Callable[[int], float]) -> Iterator[Sample]:
    first_ms: int | None = None
    for sample in samples:
        faults = sample.faults if first_ms is not None else (*sample.faults, name)
        first_ms = sample.at_ms if first_ms is None else first_ms
        taken_at_ms = sample.taken_at_ms + round(ahead_ms(sample.at_ms - first_ms))
        yield replace(sample, taken_at_ms=taken_at_ms, faults=faults)


def _first_number(sample: Sample) -> str | None:
    return next((name for name, value in sample.values.items() if not isinstance(value, bool)), None)


def _with(sample: Sample, metric: str, value: float, fault: str) -> Sample:
    return replace(sample, values={**sample.values, metric: value}, faults=(*sample.faults, fault))
