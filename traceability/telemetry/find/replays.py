"""What was measured once comes again under another number, after newer measurements.

The same message under its own number is no finding: a device may send until it has a receipt.
"""

from collections.abc import Iterator

from traceability.telemetry.find.look import Look
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.senml import Measurement


def replays(seen: Look) -> Iterator[Finding]:
    first: dict[tuple[Measurement, ...], tuple[int, int]] = {}
    again = []
    newest_ms = 0
    is_new = {each.number for each in seen.new}
    for each in seen.all:
        number = first.setdefault(each.measurements, each.number)
        if number != each.number and each.to_ms < newest_ms and each.number in is_new:
            again.append((each, number))
        newest_ms = max(newest_ms, each.to_ms)
    if again:
        from_ms = min(each.from_ms for each, _ in again)
        to_ms = max(each.to_ms for each, _ in again)
        detail = f"number {again[0][0].reading.sequence} says what number {again[0][1][1]} said"
        yield Finding(Kind.REPLAY, seen.window.device, None, from_ms, to_ms, len(again), detail)
