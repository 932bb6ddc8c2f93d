"""Numbers that the device has given up."""

from collections.abc import Iterator

from traceability.telemetry.find.look import Look
from traceability.telemetry.findings import Finding, Kind


def abandoned(seen: Look) -> Iterator[Finding]:
    for each in seen.new:
        if each.abandoned:
            first, last = each.abandoned[0], each.abandoned[-1]
            detail = f"numbers {first} to {last}, said number {each.reading.sequence}"
            count = len(each.abandoned)
            yield Finding(Kind.ABANDONED, seen.window.device, None, None, each.from_ms, count, detail)
