"""What a rule knows of a device, and how each reading moves it: raised once, resolved once."""

from dataclasses import dataclass, replace
from enum import StrEnum

from traceability.alerts.rule import Rule


class Kind(StrEnum):
    RAISED = "raised"
    ESCALATED = "escalated"
    """Nobody has acknowledged it in time."""
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Watch:
    """Times by the clock that the rule goes by: the device's for thresholds, ours for silence."""

    is_open: bool = False
    """Whether there is an alert that is not resolved."""
    wrong_since_ms: int | None = None
    """Where it left its limits, however late the rule was sure of it."""
    right_since_ms: int | None = None
    """While an alert is open: since when it is right again."""
    last_ms: int = -1
    """What is older says nothing about now."""
    worst: float | None = None
    """Of the readings since it left its limits."""


@dataclass(frozen=True, slots=True)
class Change:
    """An alert is raised, or the open one is resolved."""

    kind: Kind
    since_ms: int
    until_ms: int | None
    """When it was right again; None as long as it is not."""
    worst: float | None


def measured(watch: Watch, rule: Rule, at_ms: int, value: float) -> tuple[Watch, Change | None]:
    """After a value that was taken at `at_ms`. Late ones are for the trace page, which shows all of them."""
    if at_ms <= watch.last_ms:
        return watch, None
    watch = replace(watch, last_ms=at_ms)
    match rule.judge(value):
        case True:
            worst = value if watch.worst is None else max(watch.worst, value, key=rule.beyond)
            return _wrong(replace(watch, worst=worst), rule, at_ms, at_ms)
        case False:
            return _right(watch, rule, at_ms)
        case None:
            return watch, None


def heard(watch: Watch, rule: Rule, received_at_ms: int) -> tuple[Watch, Change | None]:
    """After anything that came from the device, for a rule about silence."""
    return _right(replace(watch, last_ms=max(watch.last_ms, received_at_ms)), rule, received_at_ms)


def unheard(watch: Watch, rule: Rule, last_received_at_ms: int, now_ms: int) -> tuple[Watch, Change | None]:
    """While nothing comes, for a rule about silence."""
    if now_ms - last_received_at_ms < rule.after_ms:
        return watch, None
    return _wrong(watch, rule, last_received_at_ms, now_ms)


def _wrong(watch: Watch, rule: Rule, since_ms: int, now_ms: int) -> tuple[Watch, Change | None]:
    since_ms = since_ms if watch.wrong_since_ms is None else watch.wrong_since_ms
    watch = replace(watch, wrong_since_ms=since_ms, right_since_ms=None)
    if watch.is_open or now_ms - since_ms < rule.after_ms:
        return watch, None
    return replace(watch, is_open=True), Change(Kind.RAISED, since_ms, None, watch.worst)


def _right(watch: Watch, rule: Rule, at_ms: int) -> tuple[Watch, Change | None]:
    if not watch.is_open:
        return Watch(last_ms=watch.last_ms), None
    right_since_ms = at_ms if watch.right_since_ms is None else watch.right_since_ms
    if at_ms - right_since_ms < rule.settle_ms:
        return replace(watch, right_since_ms=right_since_ms), None
    since_ms = right_since_ms if watch.wrong_since_ms is None else watch.wrong_since_ms
    return Watch(last_ms=watch.last_ms), Change(Kind.RESOLVED, since_ms, right_since_ms, watch.worst)
