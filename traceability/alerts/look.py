"""Look at what came since the last time, and at what did not come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from traceability.alerts.ports import Looked, News, Watches
from traceability.alerts.rule import Rule
from traceability.alerts.watch import Change, Watch, heard, measured, unheard
from traceability.telemetry.authenticate import message_in
from traceability.telemetry.reading import Reading

AT_ONCE = 2_000
"""Readings of one device in one look."""
LOOK_BACK_MS = 86_400_000
"""What arrived longer ago raises no alert: it is for the trace page, and would wake nobody in time."""


def look(store: Watches, rules: Sequence[Rule], now_ms: int) -> int:
    """Judge what has come and what has not; how many alerts were raised or resolved."""
    # How far we looked, what the rules know now and the alerts are one commit. A crash before it looks again
    # at the same readings and comes to the same; after it, nothing is left to do.
    looks = [_look(news, rules) for news in store.news(now_ms - LOOK_BACK_MS, AT_ONCE)]
    store.keep(looks, now_ms)
    missed = [_miss(news, rules, now_ms) for news in store.unheard(now_ms)]
    store.keep(missed, now_ms)
    return sum(len(each.changes) for each in (*looks, *missed))


def _look(news: News, rules: Sequence[Rule]) -> Looked:
    mine = [rule for rule in rules if rule.is_for(news.device, news.cold_chain)]
    looked = Looked(news, {}, [], _next_check(news, mine, {}))
    for reading in news.readings if mine else ():
        # Oldest first, as they were taken: some devices send arrays the other way round.
        measurements = sorted(message_in(reading).measurements, key=lambda each: each.taken_at_ms)
        values = [
            (each.metric, each.taken_at_ms, each.value)
            for each in measurements
            if not isinstance(each.value, bool)
        ]
        for rule in mine:
            looked = _judge(looked, rule, reading, values)
    return looked


def _judge(looked: Looked, rule: Rule, reading: Reading, values: Sequence[tuple[str, int, float]]) -> Looked:
    if rule.metric is None:
        return _after(looked, rule, *heard(_watch(looked, rule), rule, reading.received_at_ms))
    for metric, taken_at_ms, value in values:
        if metric == rule.metric:
            looked = _after(looked, rule, *measured(_watch(looked, rule), rule, taken_at_ms, value))
    return looked


def _miss(news: News, rules: Sequence[Rule], now_ms: int) -> Looked:
    mine = [rule for rule in rules if rule.is_for(news.device, news.cold_chain) and rule.metric is None]
    looked = Looked(news, {}, [], None)
    for rule in mine if news.last_received_at_ms is not None else ():
        looked = _after(
            looked, rule, *unheard(_watch(looked, rule), rule, news.last_received_at_ms or 0, now_ms)
        )
    return replace(looked, check_at_ms=_next_check(news, mine, looked.watches))


def _watch(looked: Looked, rule: Rule) -> Watch:
    return looked.watches.get(rule.name) or looked.news.watches.get(rule.name) or Watch()


def _after(looked: Looked, rule: Rule, watch: Watch, change: Change | None) -> Looked:
    changes = looked.changes if change is None else [*looked.changes, (rule, change)]
    return replace(looked, watches={**looked.watches, rule.name: watch}, changes=changes)


def _next_check(news: News, rules: Sequence[Rule], watches: Mapping[str, Watch]) -> int | None:
    """When the first of the rules about silence that has not said so yet would."""
    last_ms = news.last_received_at_ms
    due = [
        last_ms + rule.after_ms
        for rule in rules
        if rule.metric is None and last_ms is not None and not watches.get(rule.name, Watch()).is_open
    ]
    return min(due, default=None)
