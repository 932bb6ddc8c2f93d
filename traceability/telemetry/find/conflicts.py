"""A number that came again with other content."""

from collections.abc import Iterator

from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.window import Window


def conflicts(window: Window) -> Iterator[Finding]:
    if window.conflicts:
        numbers = sorted(set(window.conflicts))
        detail = f"{len(numbers)} numbers from {numbers[0]} to {numbers[-1]}"
        yield Finding(Kind.CONFLICT, window.device, None, None, None, len(window.conflicts), detail)
