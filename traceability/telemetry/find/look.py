"""What the finders look at: a window's readings with what they say, and some that came before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from traceability.telemetry.authenticate import message_in
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.reading import Reading
from traceability.telemetry.senml import Measurement
from traceability.telemetry.window import Window

_THINNED_UNTIL = 100_000
_THINNED_BY = 1.25


def _ago(in_a_row: int) -> Iterator[int]:
    yield from range(1, in_a_row + 1)
    step = in_a_row * _THINNED_BY
    while step < _THINNED_UNTIL:
        yield int(step)
        step *= _THINNED_BY


AGO = tuple(_ago(96))
"""How many arrivals before a window its earlier readings lie: the last ones all, then ever fewer.

So a value that stays the same for long is seen at any pace, at a fixed cost.
"""
LONG_AGO = tuple(_ago(400))
"""The same with days of a weather station in a row: asked for only after a jump, which is rare."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading with what its payload says."""

    reading: Reading
    measurements: tuple[Measurement, ...]
    from_ms: int
    to_ms: int
    abandoned: range
    """Earlier numbers that it gives up."""

    @property
    def number(self) -> tuple[int, int]:
        return self.reading.epoch, self.reading.sequence

    @property
    def late_ms(self) -> int:
        """How long after its last measurement it came, by two clocks."""
        return self.reading.received_at_ms - self.to_ms

    def follows(self, before: "Seen") -> bool:
        """Whether no number lies between."""
        return self.number == (before.reading.epoch, before.reading.sequence + 1)


@dataclass(frozen=True, slots=True)
class Sample:
    """A value of one metric."""

    taken_at_ms: int
    value: float
    number: tuple[int, int]
    """Epoch and sequence of the reading that carries it."""
    is_new: bool
    """Whether that reading is of the window."""

    def follows(self, before: "Sample") -> bool:
        """Whether no number lies between."""
        return self.number in (before.number, (before.number[0], before.number[1] + 1))


@dataclass(frozen=True, slots=True)
class Series:
    """What a device says of one metric, by time; at least one sample is new."""

    device: str
    metric: str
    samples: tuple[Sample, ...]

    @property
    def unit(self) -> str:
        return METRICS[self.metric].unit or ""

    def finding(self, kind: Kind, samples: Sequence[Sample], detail: str) -> Finding:
        """About a stretch of `samples`, by time; those of the window count."""
        span = samples[0].taken_at_ms, samples[-1].taken_at_ms
        count = sum(each.is_new for each in samples)
        return Finding(kind, self.device, self.metric, *span, count, detail)


@dataclass(frozen=True, slots=True)
class Look:
    window: Window
    new: tuple[Seen, ...]
    """Of the window, by number."""
    earlier: tuple[Seen, ...]
    """By number."""

    @property
    def all(self) -> tuple[Seen, ...]:
        return self.earlier + self.new

    @property
    def from_ms(self) -> int:
        return min(each.from_ms for each in self.new)

    @property
    def to_ms(self) -> int:
        return max(each.to_ms for each in self.new)

    def series(self) -> Iterator[Series]:
        """Each metric that the window speaks of, by name."""
        new = samples_by_metric(self.new, is_new=True)
        earlier = samples_by_metric(self.earlier, is_new=False)
        for metric in sorted(new):
            samples = sorted(earlier.get(metric, []) + new[metric], key=lambda each: each.taken_at_ms)
            yield Series(self.window.device, metric, tuple(samples))


def look(window: Window, earlier: Iterable[Reading]) -> Look:
    return Look(window, see(window.readings), see(earlier))


def see(readings: Iterable[Reading]) -> tuple[Seen, ...]:
    """Raises `InvalidInput` for a reading that does not decode."""
    return tuple(sorted(map(_seen, readings), key=lambda each: each.number))


def _seen(reading: Reading) -> Seen:
    message = message_in(reading)
    moments = [each.taken_at_ms for each in message.measurements]
    return Seen(reading, message.measurements, min(moments), max(moments), message.abandoned)


def samples_by_metric(seen: Iterable[Seen], *, is_new: bool) -> dict[str, list[Sample]]:
    by_metric: dict[str, list[Sample]] = {}
    for each in seen:
        for one in each.measurements:
            sample = Sample(one.taken_at_ms, float(one.value), each.number, is_new)
            by_metric.setdefault(one.metric, []).append(sample)
    return by_metric
