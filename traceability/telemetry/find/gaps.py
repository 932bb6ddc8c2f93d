"""Numbers that have not arrived when a batch is closed."""

from traceability.telemetry.find.look import Look
from traceability.telemetry.findings import Finding, Kind

MAX_HOLES = 20
"""More than these become one finding: a batch event must not grow with every lost number."""


def gaps(seen: Look) -> list[Finding]:
    device = seen.window.device
    holes = []
    last = seen.window.sealed_through
    since_ms: int | None = None
    for each in seen.new:
        number = each.reading.sequence
        if number > last + 1:
            detail = f"numbers {last + 1} to {number - 1}"
            count = number - last - 1
            from_ms = None if since_ms is None else min(since_ms, each.from_ms)
            to_ms = max(since_ms or 0, each.from_ms)  # times may run backwards
            holes.append(Finding(Kind.GAP, device, None, from_ms, to_ms, count, detail))
        last, since_ms = max(last, number), each.to_ms
    if len(holes) <= MAX_HOLES:
        return holes
    missing = sum(hole.count for hole in holes)
    detail = f"{len(holes)} holes from {holes[0].detail} to {holes[-1].detail}"
    return [Finding(Kind.GAP, device, None, holes[0].from_ms, holes[-1].to_ms, missing, detail)]
