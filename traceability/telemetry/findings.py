"""What is missing from or odd about a device's readings: said beside them, never repaired in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from traceability.errors import InvalidInput
from traceability.telemetry.clock import from_iso, iso

SAME_TROUBLE_MS = 10_800_000
"""What is odd again within three hours is the same trouble."""


class Kind(StrEnum):
    GAP = "gap"
    """Numbers that have not arrived when the batch was closed. `count` of them."""
    ABANDONED = "abandoned"
    """Numbers that the device says it will never send: it had no room to keep them. `count` of them."""
    CONFLICT = "conflict"
    """A number came again with other content; the first is the one kept in the batch."""
    REPLAY = "replay"
    """What was measured once came again under another number, after newer measurements."""
    IMPOSSIBLE_VALUE = "impossible_value"
    """Values outside what the metric can be, at all or at its site."""
    STUCK_VALUE = "stuck_value"
    """The same value for longer than the metric stays still."""
    JUMP = "jump"
    """A step that nothing natural takes; with the step back, all that lies between."""
    NOISE = "noise"
    """Values that have become far more restless than they were."""
    NEIGHBOUR = "neighbour"
    """Another device at the same place measures something else: one of the two is wrong."""
    SILENCE = "silence"
    """Nothing was measured for much longer than the device's usual pace, though no number is missing."""
    CLOCK_OFFSET = "clock_offset"
    """The device's clock is ahead of ours, or behind by a steady amount while it sends live."""
    CLOCK_DRIFT = "clock_drift"
    """The device's clock runs at another speed than ours."""
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


def joined(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What batch after batch says of one metric, as one finding a trouble, by device, kind, metric and time.

    It goes from the first moment to the last and counts together; its detail is the newest. Findings about no
    metric, or without times, stand as they are.
    """
    told: list[Finding] = []
    for each in sorted(findings, key=_order):
        if told and _continues(told[-1], each):
            last = told.pop()
            to_ms = max(last.to_ms or 0, each.to_ms or 0)
            each = replace(each, from_ms=last.from_ms, to_ms=to_ms, count=last.count + each.count)
        told.append(each)
    return tuple(told)


def _order(finding: Finding) -> tuple[str, str, str, int]:
    return finding.device, finding.kind, finding.metric or "", finding.from_ms or 0


def _continues(last: Finding, next_one: Finding) -> bool:
    if last.metric is None or _order(last)[:3] != _order(next_one)[:3]:
        return False
    if last.to_ms is None or next_one.from_ms is None:
        return False
    return next_one.from_ms - last.to_ms <= SAME_TROUBLE_MS


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
