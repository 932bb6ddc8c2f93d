"""In words: when the device behind a curve was last compared with a standard."""

from collections.abc import Iterator
from datetime import UTC, datetime

from api.words import Words
from traceability.ledger.trace import Curve


def calibration_lines(curve: Curve, words: Words) -> Iterator[str]:
    """Nothing for a device without a calibration: that it has none may only mean that nobody recorded it."""
    last = curve.calibration
    if last is None or not curve.points:
        return
    measured_until = datetime.fromtimestamp(curve.points[-1].taken_at_ms / 1000, UTC).date()
    if measured_until <= last.until:
        yield words.say("Calibrated on {day}, valid until {until}.", day=last.on, until=last.until)
    else:
        yield words.say(
            "Last calibrated on {day}; that had run out on {until}.", day=last.on, until=last.until
        )
