"""Put what happened to alerts into the outbox: one by one, or many as one summary."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from traceability.alerts.alert import Alert, Notice, Said, fields
from traceability.alerts.ports import Alerts
from traceability.alerts.watch import Kind
from traceability.telemetry.clock import iso

MOST_ALONE = 5
"""Notices a minute. What happens beyond waits for the next summary, of which there is one a minute."""
WITHIN_MS = 60_000
MOST_NAMED = 20
"""Of the alerts in a summary; the others are counted."""
AT_ONCE = 10_000

FORMAT = "guoji-alert/1"
_ZH = {Kind.RAISED: "告警", Kind.ESCALATED: "告警未确认", Kind.RESOLVED: "告警解除"}
_EN = {Kind.RAISED: "Alert", Kind.ESCALATED: "Not acknowledged", Kind.RESOLVED: "Resolved"}


@dataclass(frozen=True, slots=True)
class Audience:
    """Names of targets."""

    usual: tuple[str, ...]
    escalation: tuple[str, ...]
    """Told of alerts that nobody acknowledged in time, and of nothing else."""

    def of(self, kind: Kind) -> tuple[str, ...]:
        return self.escalation if kind is Kind.ESCALATED else self.usual


def tell(store: Alerts, audience: Audience, now_ms: int) -> int:
    """Move what is untold into the outbox; how many notices."""
    said = store.untold(AT_ONCE)
    if not said:
        return 0
    lately = store.lately(now_ms - WITHIN_MS)
    together = lately.alone + len(said) > MOST_ALONE
    if together and lately.in_a_summary:
        return 0
    groups = (
        [[each for each in said if each.kind is kind] for kind in Kind] if together else [[s] for s in said]
    )
    notices = [notice for group in groups if group for notice in _notices(group, audience, now_ms)]
    # Notices and the mark that it was told are one commit: a crash before it tells again from the start.
    store.tell(said, notices, now_ms, together)
    return len(notices)


def _notices(group: Sequence[Said], audience: Audience, now_ms: int) -> Iterator[Notice]:
    """One for each target. The same happenings have the same key, whoever tells them."""
    kind = group[0].kind
    key = sha256(" ".join(str(each.number) for each in group).encode()).hexdigest()[:32]
    named = [each.alert for each in group[:MOST_NAMED]]
    text = "\n".join([*(_line(kind, alert) for alert in named), *_more(len(group) - len(named))])
    body = {
        "format": FORMAT,
        "id": key,
        "kind": kind.value,
        "at": iso(now_ms),
        "count": len(group),
        "alerts": [fields(alert) for alert in named],
        "text": text,
    }
    subject = f"{_ZH[kind]} {_EN[kind]}: {_about(group)}"
    for target in audience.of(kind):
        yield Notice(key, target, subject, text, json.dumps(body, ensure_ascii=False).encode())


def _about(group: Sequence[Said]) -> str:
    first = group[0].alert
    return f"{first.device} {first.rule}" if len(group) == 1 else f"{len(group)} x"


def _line(kind: Kind, alert: Alert) -> str:
    what = f"{_ZH[kind]} {_EN[kind]} #{alert.number}: {alert.device}, {alert.rule} ({alert.limits})"
    worst = "" if alert.worst is None else f", {alert.worst:g}"
    until = "" if alert.until_ms is None else f" / {iso(alert.until_ms)}"
    return f"{what}{worst}, {iso(alert.since_ms)}{until}"


def _more(count: int) -> Iterator[str]:
    if count:
        yield f"另有 {count} 条 and {count} more"
