"""An alert, from raised over acknowledged to resolved, and a notice that goes out about some."""

from dataclasses import dataclass
from typing import Any

from traceability.alerts.watch import Kind
from traceability.telemetry.clock import iso

LONGEST_COMMENT = 500


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    at_ms: int
    by: str
    comment: str
    """Both in the words of whoever did it: hostile."""


@dataclass(frozen=True, slots=True)
class Alert:
    number: int
    device: str
    """Alias."""
    rule: str
    limits: str
    raised_at_ms: int
    since_ms: int
    """Since when it was wrong."""
    until_ms: int | None
    worst: float | None
    acknowledged: Acknowledgement | None
    escalated_at_ms: int | None
    resolved_at_ms: int | None

    @property
    def state(self) -> str:
        if self.resolved_at_ms is not None:
            return "resolved"
        return "raised" if self.acknowledged is None else "acknowledged"


@dataclass(frozen=True, slots=True)
class Said:
    """That something happened to an alert. Each is told once, alone or in a summary."""

    number: int
    kind: Kind
    alert: Alert


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one target. Delivered at least once; `key` tells the receiver which came again."""

    key: str
    target: str
    subject: str
    text: str
    """For people, in both languages."""
    body: bytes
    """For machines: JSON."""


def fields(alert: Alert) -> dict[str, Any]:
    """As it stands in the body of a notice."""
    return {
        "number": alert.number,
        "state": alert.state,
        "device": alert.device,
        "rule": alert.rule,
        "limits": alert.limits,
        "since": iso(alert.since_ms),
        "until": None if alert.until_ms is None else iso(alert.until_ms),
        "worst": alert.worst,
        "raised_at": iso(alert.raised_at_ms),
        "acknowledged_by": None if alert.acknowledged is None else alert.acknowledged.by,
    }
