"""Everything that is missing from or odd about one window of readings."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from traceability.telemetry.find.abandoned import abandoned
from traceability.telemetry.find.clock import drift, offset
from traceability.telemetry.find.conflicts import conflicts
from traceability.telemetry.find.epochs import new_epoch
from traceability.telemetry.find.gaps import gaps
from traceability.telemetry.find.impossible import impossible
from traceability.telemetry.find.jumps import jumps
from traceability.telemetry.find.look import AGO, LONG_AGO, Look, Series, look
from traceability.telemetry.find.neighbours import disagreements
from traceability.telemetry.find.noise import noise
from traceability.telemetry.find.order import out_of_order
from traceability.telemetry.find.replays import replays
from traceability.telemetry.find.silences import silences
from traceability.telemetry.find.stuck import stuck
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.reading import Reading
from traceability.telemetry.thresholds import Limits
from traceability.telemetry.window import Window

COMPARED_MS = 3_600_000
"""How long before a window its device is compared with others: a window may hold one reading alone."""


def find(
    window: Window,
    limits: Mapping[str, Limits],
    earlier: Callable[[Sequence[int]], Sequence[Reading]],
    neighbours: Callable[[int, int], Sequence[Reading]],
) -> tuple[Finding, ...]:
    """All findings that concern readings of `window`; they may reach back into earlier ones.

    `limits`: of the device, by metric. `earlier`: the device's readings that came so many arrivals before the
    window, those that there are. `neighbours`: what other devices of its place measured from one moment to
    another. Raises `InvalidInput` for a reading that does not decode: such a one was never accepted.
    """
    seen = look(window, earlier(AGO))
    near = neighbours(seen.from_ms - COMPARED_MS, seen.to_ms)
    found = find_in(seen, limits, near)
    if any(each.kind is Kind.JUMP for each in found):
        return find_in(look(window, earlier(LONG_AGO)), limits, near)
    return found


def find_in(
    seen: Look, limits: Mapping[str, Limits], neighbours: Sequence[Reading] = ()
) -> tuple[Finding, ...]:
    """`find`, as far as `seen` reaches back."""
    return (*_of_numbers(seen), *_of_times(seen), *_of_values(seen, limits, neighbours))


def _of_numbers(seen: Look) -> Iterator[Finding]:
    yield from new_epoch(seen)
    yield from gaps(seen)
    yield from abandoned(seen)
    yield from conflicts(seen.window)
    yield from replays(seen)


def _of_times(seen: Look) -> Iterator[Finding]:
    yield from out_of_order(seen)
    yield from silences(seen)
    yield from offset(seen)
    yield from drift(seen)


def _of_values(seen: Look, limits: Mapping[str, Limits], neighbours: Sequence[Reading]) -> Iterator[Finding]:
    for series in seen.series():
        yield from _of_metric(series, limits[series.metric])
    yield from disagreements(seen, neighbours, limits)


def _of_metric(series: Series, limits: Limits) -> Iterator[Finding]:
    yield from impossible(series, limits)
    yield from stuck(series, limits)
    yield from jumps(series, limits)
    yield from noise(series, limits)
