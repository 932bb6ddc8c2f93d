"""Numbers that have not arrived when a batch is closed, and that the device has not given up in it."""

from collections.abc import Sequence

from traceability.telemetry.find.look import Look
from traceability.telemetry.findings import Finding, Kind

MAX_HOLES = 20
"""More than these become one finding: a batch event must not grow with every lost number."""


def gaps(seen: Look) -> list[Finding]:
    device = seen.window.device
    holes = []
    last = seen.window.sealed_through
    since_ms: int | None = None
    given_up = [each.abandoned for each in seen.new if each.abandoned]
    for each in seen.new:
        number = each.reading.sequence
        for hole in _without(given_up, range(last + 1, number)):
            detail = f"numbers {hole[0]} to {hole[-1]}"
            from_ms = None if since_ms is None else min(since_ms, each.from_ms)
            to_ms = max(since_ms or 0, each.from_ms)  # times may run backwards
            holes.append(Finding(Kind.GAP, device, None, from_ms, to_ms, len(hole), detail))
        last, since_ms = max(last, number), each.to_ms
    if len(holes) <= MAX_HOLES:
        return holes
    missing = sum(hole.count for hole in holes)
    detail = f"{len(holes)} holes from {holes[0].detail} to {holes[-1].detail}"
    return [Finding(Kind.GAP, device, None, holes[0].from_ms, holes[-1].to_ms, missing, detail)]


def _without(given_up: Sequence[range], hole: range) -> list[range]:
    """What is left of `hole`, in order."""
    left = [hole] if hole else []
    for gone in given_up:
        parts = [
            (range(each.start, min(each.stop, gone.start)), range(max(each.start, gone.stop), each.stop))
            for each in left
        ]
        left = [part for pair in parts for part in pair if part]
    return left
