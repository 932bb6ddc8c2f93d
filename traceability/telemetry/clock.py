"""Moments as text: UTC with three decimals, the one spelling that events use."""

from datetime import UTC, datetime, timedelta

from traceability.errors import InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_10000_MS = 253_402_300_800_000
"""From here on a moment has no ISO 8601 spelling of four year digits."""


def iso(at_ms: int) -> str:
    """`2026-08-15T14:00:00.000+00:00` for milliseconds since 1970 in [0, `YEAR_10000_MS`)."""
    return (_EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds")


def from_iso(text: str) -> int:
    """Milliseconds since 1970 of exactly what `iso` writes. Raises `InvalidInput` for any other spelling."""
    try:
        at_ms = (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"time {text[:40]!r} is not like 2026-08-15T14:00:00.000+00:00") from error
    if iso(at_ms) != text:
        raise InvalidInput(f"time {text[:40]!r} is spelt {iso(at_ms)} here")
    return at_ms
