"""Nothing was measured for much longer than a device's usual pace, though no number is missing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from traceability.telemetry.clock import iso
from traceability.telemetry.find.look import Look
from traceability.telemetry.findings import Finding, Kind

LONGER_THAN_USUAL = 1.9
"""One record that a steady device left out is silence; one that comes a little late is not."""
_USUAL = 0.9
_MIN_STEPS = 2


def silences(seen: Look) -> Iterator[Finding]:
    steps = [(before, after) for before, after in pairwise(seen.all) if after.follows(before)]
    longest_ms = longest_step_ms([after.from_ms - before.to_ms for before, after in steps])
    if longest_ms is None:
        return
    is_new = {each.number for each in seen.new}
    for before, after in steps:
        step_ms = after.from_ms - before.to_ms
        if step_ms > longest_ms and after.number in is_new:
            detail = f"{step_ms / 1000:g} s, usually at most {longest_ms / 1000:g}"
            span = before.to_ms, after.from_ms
            yield Finding(Kind.SILENCE, seen.window.device, None, *span, 1, detail)


def longest_step_ms(steps_ms: Sequence[int]) -> float | None:
    """The longest step that is not silence: nine in ten are shorter by far. None if too few are known."""
    if len(steps_ms) < _MIN_STEPS:
        return None
    usual_ms = sorted(steps_ms)[int(_USUAL * (len(steps_ms) - 1))]
    return LONGER_THAN_USUAL * max(usual_ms, 1)


def overdue(device: str, received_at_ms: Sequence[int], now_ms: int) -> Finding | None:
    """The dead man's switch: the silence that lasts at `now_ms`, by our clock; None if there is none.

    `received_at_ms`: when its last messages came, oldest first.
    """
    longest_ms = longest_step_ms([after - before for before, after in pairwise(received_at_ms)])
    if longest_ms is None or now_ms - received_at_ms[-1] <= longest_ms:
        return None
    detail = f"nothing since {iso(received_at_ms[-1])}, usually at most {longest_ms / 1000:g} s"
    return Finding(Kind.SILENCE, device, None, received_at_ms[-1], now_ms, 1, detail)
