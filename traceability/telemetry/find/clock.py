"""A device's clock that is off, or runs at another speed than ours."""

from collections.abc import Iterator, Sequence

from traceability.telemetry.find.look import Look, Seen
from traceability.telemetry.findings import Finding, Kind

TOLERANCE_MS = 2_000
"""What the network and whole-second clocks may explain."""
BEHIND_MS = 60_000
MIN_LIVE_READINGS = 5
DRIFT_OVER_MS = 3_600_000
"""Drift shows over this long at least."""
DRIFT_PPM = 50
"""A quartz keeps within this at any outdoor temperature."""
STEP_PPM = 20_000
"""Faster is no drift: the clock was set, or a buffer is being sent."""


def offset(seen: Look) -> Iterator[Finding]:
    """Ahead of ours, or behind by a steady amount while it sends live."""
    recent = seen.earlier[-max(MIN_LIVE_READINGS - len(seen.new), 0) or len(seen.earlier) :]
    live = (*recent, *seen.new) if len(seen.new) < MIN_LIVE_READINGS else seen.new
    late_ms = [each.late_ms for each in live]
    ahead = [each for each in seen.new if each.late_ms < -TOLERANCE_MS]
    steady = len(live) >= MIN_LIVE_READINGS and max(late_ms) - min(late_ms) <= TOLERANCE_MS
    if ahead:
        worst_ms = -min(each.late_ms for each in ahead)
        yield _finding(Kind.CLOCK_OFFSET, ahead, f"ahead by up to {worst_ms / 1000:g} s")
    elif steady and min(late_ms) > BEHIND_MS:
        yield _finding(Kind.CLOCK_OFFSET, seen.new, f"behind by {min(late_ms) / 1000:g} s")


def drift(seen: Look) -> Iterator[Finding]:
    """How late the quickest readings are grows, or shrinks, by the same amount every hour.

    The network only ever makes a reading later, so the quickest of many shows the clock.
    """
    row = sorted(seen.all, key=lambda each: each.reading.received_at_ms)
    third = len(row) // 3
    if third < MIN_LIVE_READINGS:
        return
    old, middle, new = (
        min(part, key=lambda each: each.late_ms) for part in (row[:third], row[third:-third], row[-third:])
    )
    over_ms, shift_ms = new.to_ms - old.to_ms, new.late_ms - old.late_ms
    if over_ms < DRIFT_OVER_MS or abs(shift_ms) <= TOLERANCE_MS:
        return
    ppm = shift_ms * 1_000_000 / over_ms
    so_far_ms = old.late_ms + shift_ms * (middle.to_ms - old.to_ms) / over_ms
    if DRIFT_PPM < abs(ppm) < STEP_PPM and abs(middle.late_ms - so_far_ms) <= TOLERANCE_MS:
        word = "loses" if shift_ms > 0 else "gains"
        detail = f"{word} {abs(ppm) * 0.0864:.1f} s a day, seen over {over_ms / 3_600_000:.1f} h"
        yield _finding(Kind.CLOCK_DRIFT, seen.new, detail)


def _finding(kind: Kind, shown: Sequence[Seen], detail: str) -> Finding:
    from_ms, to_ms = min(each.from_ms for each in shown), max(each.to_ms for each in shown)
    return Finding(kind, shown[0].reading.device, None, from_ms, to_ms, len(shown), detail)
