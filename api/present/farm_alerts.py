"""A farm's alerts in words: what is wrong, since when, how far, and who looks after it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.present import measures
from api.present.text import plain
from api.words import Words, message
from traceability.alerts.alert import Alert
from traceability.telemetry.metrics import METRICS

QUICK_COMMENTS: Final = {
    "on-my-way": message("I am on my way"),
    "looked": message("I have looked: nothing to do"),
    "mended": message("It is mended"),
}
"""For one tap with wet hands."""

_LIMITS = re.compile(r"(?P<metric>\w+)(?: from (?P<low>-?[\d.e+-]+))?(?: to (?P<high>-?[\d.e+-]+))?")
_SILENT = re.compile(r"silent for (?P<seconds>\d+) s")


@dataclass(frozen=True, slots=True)
class AlertCard:
    number: int
    state: str
    device: str
    title: str
    sentence: str
    acknowledged: str | None
    """By whom, when, and what they said."""


def alert_card(alert: Alert, device_names: Mapping[str, str], now_ms: int, words: Words) -> AlertCard:
    return AlertCard(
        number=alert.number,
        state=alert.state,
        device=device_names.get(alert.device) or plain(alert.device),
        title=_title(alert, words),
        sentence=" ".join(_sentences(alert, now_ms, words)),
        acknowledged=_acknowledged(alert, words),
    )


def _title(alert: Alert, words: Words) -> str:
    if (silent := _SILENT.fullmatch(alert.limits)) is not None:
        return words.say("Silent for over {span}", span=words.span(int(silent["seconds"]) * 1000))
    limits = _LIMITS.fullmatch(alert.limits)
    if limits is None or limits["metric"] not in METRICS:
        return plain(alert.rule)
    metric = METRICS[limits["metric"]]
    name = measures.metric(metric.name, words)
    if alert.worst is None:
        return name
    amount = measures.amount(alert.worst, metric.uom, words)
    return words.say("{metric}, at worst {amount}", metric=name, amount=amount)


def _sentences(alert: Alert, now_ms: int, words: Words) -> list[str]:
    until_ms = alert.until_ms if alert.until_ms is not None else now_ms
    span = words.span(max(0, until_ms - alert.since_ms))
    since = words.moment_ms(alert.since_ms)
    over = words.say("Since {since}, for {span}.", since=since, span=span)
    if alert.resolved_at_ms is not None:
        over = words.say("Was so from {since}, for {span}; it is right again.", since=since, span=span)
    limits = _LIMITS.fullmatch(alert.limits)
    if limits is None or limits["metric"] not in METRICS:
        return [over]
    unit = METRICS[limits["metric"]].uom
    bounds = {name: measures.amount(float(text), unit, words) for name, text in _bounds(limits)}
    match bounds:
        case {"low": low, "high": high}:
            return [over, words.say("Allowed: {low} to {high}.", low=low, high=high)]
        case {"low": low}:
            return [over, words.say("Allowed: {low} and more.", low=low)]
        case {"high": high}:
            return [over, words.say("Allowed: up to {high}.", high=high)]
    return [over]


def _bounds(limits: re.Match[str]) -> list[tuple[str, str]]:
    return [(name, limits[name]) for name in ("low", "high") if limits[name] is not None]


def _acknowledged(alert: Alert, words: Words) -> str | None:
    if alert.acknowledged is None:
        return None
    return words.say(
        "{who}, {when}: {comment}",
        who=plain(alert.acknowledged.by),
        when=words.moment_ms(alert.acknowledged.at_ms),
        comment=plain(alert.acknowledged.comment),
    )
