"""What is missing from or odd about a device's readings: said beside them, never repaired in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from traceability.errors import InvalidInput
from traceability.telemetry.clock import from_iso, iso


class Kind(StrEnum):
    GAP = "gap"
    """Numbers that have not arrived when the batch was closed. `count` of them."""
    CONFLICT = "conflict"
    """A number came again with other content; the first is the one kept in the batch."""
    IMPOSSIBLE_VALUE = "impossible_value"
    """Values outside what the metric can be."""
    STUCK_VALUE = "stuck_value"
    """The same value for longer than the metric stays still."""
    SILENCE = "silence"
    """Nothing was measured for much longer than the device's usual pace, though no number is missing."""
    CLOCK_OFFSET = "clock_offset"
    """The device's clock is ahead of ours, or behind by a steady amount while it sends live."""
    NEW_EPOCH = "new_epoch"
    """The device lost its state and counts anew."""
    OUT_OF_ORDER = "out_of_order"
    """Later numbers carry earlier times."""


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    device: str
    """Alias."""
    metric: str | None
    from_ms: int | None
    """First moment it concerns, by the device's clock; None when only numbers are known."""
    to_ms: int | None
    count: int
    """Of what `kind` counts: readings, or values of one metric."""
    detail: str
    """The numbers behind it, for an engineer; pages make their sentence from the other fields."""


def to_event(finding: Finding) -> dict[str, Any]:
    """The form it has under `guoji:findings` in a batch event; what is None is left out."""
    fields = {
        "guoji:kind": finding.kind.value,
        "guoji:device": finding.device,
        "guoji:metric": finding.metric,
        "guoji:from": None if finding.from_ms is None else iso(finding.from_ms),
        "guoji:to": None if finding.to_ms is None else iso(finding.to_ms),
        "guoji:count": finding.count,
        "guoji:detail": finding.detail,
    }
    return {name: value for name, value in fields.items() if value is not None}


def from_event(fields: Mapping[str, Any]) -> Finding:
    """The inverse of `to_event`. Raises `InvalidInput`: the event may be anybody's."""
    try:
        return Finding(
            kind=Kind(fields["guoji:kind"]),
            device=str(fields["guoji:device"]),
            metric=None if fields.get("guoji:metric") is None else str(fields["guoji:metric"]),
            from_ms=None if fields.get("guoji:from") is None else from_iso(fields["guoji:from"]),
            to_ms=None if fields.get("guoji:to") is None else from_iso(fields["guoji:to"]),
            count=int(fields["guoji:count"]),
            detail=str(fields["guoji:detail"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidInput(f"finding {str(fields)[:200]} is malformed") from error
