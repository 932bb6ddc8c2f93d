"""The device lost its state and counts anew."""

from collections.abc import Iterator

from traceability.telemetry.find.look import Look
from traceability.telemetry.findings import Finding, Kind


def new_epoch(seen: Look) -> Iterator[Finding]:
    window = seen.window
    if window.previous_epoch not in (None, window.epoch):
        detail = f"epoch {window.epoch} after {window.previous_epoch}"
        at_ms = seen.new[0].from_ms
        yield Finding(Kind.NEW_EPOCH, window.device, None, at_ms, at_ms, 1, detail)
