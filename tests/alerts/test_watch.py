"""An alert is raised once, keeps the moment it began, and is resolved once, however the value trembles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.alerts.rule import Rule
from traceability.alerts.watch import Change, Kind, Watch, heard, measured, unheard
from traceability.errors import InvalidInput


def a_rule(**changes):
    described = {
        "name": "too warm",
        "metric": "air_temperature",
        "low": 0,
        "high": 4,
        "hysteresis": 0.5,
        "after_ms": 0,
        "settle_ms": 0,
    }
    return Rule(**described | changes)


SILENCE = Rule(name="silent", after_ms=100, settle_ms=30)


def run(rule, *values, step_ms=10):
    """The changes that a curve makes, with the moment of each."""
    watch, changes = Watch(), []
    for position, value in enumerate(values):
        watch, change = measured(watch, rule, position * step_ms, value)
        if change is not None:
            changes.append((position * step_ms, change))
    return changes


def test_a_value_outside_raises_and_one_inside_by_the_hysteresis_resolves():
    assert run(a_rule(), 2, 5, 6, 3.8, 3.5) == [
        (10, Change(Kind.RAISED, 10, None, 5)),
        (40, Change(Kind.RESOLVED, 10, 40, 6)),
    ]


def test_being_sure_later_does_not_lose_when_it_began():
    [(raised_at, change)] = run(a_rule(after_ms=30), 2, 5, 5, 3.8, 5)

    assert (raised_at, change.since_ms) == (40, 10)


def test_a_short_excursion_that_ends_in_time_raises_nothing():
    assert run(a_rule(after_ms=30), 2, 5, 5, 3, 5, 5, 3) == []


def test_a_value_that_comes_and_goes_is_one_alert_until_it_has_settled():
    changes = run(a_rule(settle_ms=30), 5, 2, 5, 2, 5, 2, 2, 2, 2)

    assert [(at, change.kind) for at, change in changes] == [(0, Kind.RAISED), (80, Kind.RESOLVED)]
    assert changes[1][1].until_ms == 50


def test_the_worst_value_is_the_one_farthest_outside_on_either_side():
    changes = run(a_rule(), 5, -3, 2)

    assert changes[-1][1].worst == -3


def test_a_late_reading_says_nothing_about_now():
    watch, _ = measured(Watch(), a_rule(), 100, 2)

    assert measured(watch, a_rule(), 50, 9) == (watch, None)


def test_silence_is_raised_once_and_resolved_when_readings_keep_coming():
    watch, nothing = unheard(Watch(), SILENCE, 1000, 1099)
    watch, raised = unheard(watch, SILENCE, 1000, 1100)
    watch, again = unheard(watch, SILENCE, 1000, 1500)
    watch, first = heard(watch, SILENCE, 1600)
    watch, resolved = heard(watch, SILENCE, 1630)

    assert (nothing, again, first) == (None, None, None)
    assert (raised.kind, raised.since_ms) == (Kind.RAISED, 1000)
    assert (resolved.kind, resolved.since_ms, resolved.until_ms) == (Kind.RESOLVED, 1000, 1600)
    assert not watch.is_open


@given(st.lists(st.sampled_from([-2, 0.2, 2, 3.8, 5]), max_size=30), st.integers(0, 4), st.integers(0, 4))
def test_the_changes_are_those_that_looking_back_over_the_whole_curve_gives(values, after, settle):
    """The slow twin decides at each reading from all that came before it."""
    rule = a_rule(after_ms=after * 10, settle_ms=settle * 10)
    state, expected = "closed", []
    for now in range(len(values)):
        past = ["w" if not 0 <= v <= 4 else "r" if 0.5 <= v <= 3.5 else "-" for v in values[: now + 1]]
        if past[now] == "w" and state == "closed":
            start = max((i for i in range(now) if past[i] == "r"), default=-1)
            resolved = expected[-1][0] // 10 if expected else -1
            since = min(i for i in range(max(start, resolved) + 1, now + 1) if past[i] == "w")
            if now - since >= after:
                state = "open"
                expected.append((now * 10, Kind.RAISED, since * 10))
        elif past[now] == "r" and state == "open":
            wrong = max(i for i in range(now) if past[i] == "w")
            since = min(i for i in range(wrong, now + 1) if past[i] == "r")
            if now - since >= settle:
                state = "closed"
                expected.append((now * 10, Kind.RESOLVED, since * 10))

    found = [
        (at, change.kind, change.since_ms if change.kind is Kind.RAISED else change.until_ms)
        for at, change in run(rule, *values)
    ]

    assert found == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": None, "high": None},
        {"metric": None},
        {"low": 4, "high": 0},
        {"hysteresis": 2.1},
        {"hysteresis": -1},
    ],
)
def test_a_rule_that_could_never_be_right_is_refused(wrong):
    with pytest.raises(InvalidInput):
        a_rule(**wrong)


def test_a_rule_is_for_the_named_devices_or_else_for_those_with_the_goods():
    assert a_rule().is_for("truck-1", cold_chain=True)
    assert not a_rule().is_for("field-1", cold_chain=False)
    assert a_rule(devices=("field-*",)).is_for("field-1", cold_chain=False)
    assert not a_rule(devices=("field-*",)).is_for("truck-1", cold_chain=True)
