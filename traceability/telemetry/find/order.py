"""Later numbers that carry earlier times."""

from collections.abc import Iterator
from itertools import pairwise

from traceability.telemetry.find.look import Look
from traceability.telemetry.findings import Finding, Kind


def out_of_order(seen: Look) -> Iterator[Finding]:
    row = (*seen.earlier[-1:], *seen.new) if _joins(seen) else seen.new
    backward = [(before, after) for before, after in pairwise(row) if after.from_ms < before.from_ms]
    if backward:
        from_ms = min(after.from_ms for _, after in backward)
        to_ms = max(before.to_ms for before, _ in backward)
        detail = f"first at number {backward[0][1].reading.sequence}"
        yield Finding(Kind.OUT_OF_ORDER, seen.window.device, None, from_ms, to_ms, len(backward), detail)


def _joins(seen: Look) -> bool:
    return bool(seen.earlier) and seen.new[0].follows(seen.earlier[-1])
