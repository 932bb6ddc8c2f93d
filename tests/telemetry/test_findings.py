"""Findings read back from their events, and those of one trouble become one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.telemetry.findings import SAME_TROUBLE_MS, Finding, Kind, from_event, joined, to_event


def a_finding(from_ms, to_ms, kind=Kind.IMPOSSIBLE_VALUE, metric="pressure", detail="-", count=1):
    return Finding(kind, "cold-7", metric, from_ms, to_ms, count, detail)


def test_what_batch_after_batch_tells_of_one_stretch_is_one_finding():
    second = a_finding(50, 120, count=3, detail="worse")

    assert joined([second, a_finding(0, 60, count=2)]) == (a_finding(0, 120, count=5, detail="worse"),)


def test_another_trouble_stays_another():
    later = a_finding(SAME_TROUBLE_MS + 61, SAME_TROUBLE_MS + 62)
    other = a_finding(0, 60, metric="air_temperature")
    jump = a_finding(0, 60, kind=Kind.JUMP)

    assert set(joined([a_finding(0, 60), later, other, jump])) == {a_finding(0, 60), later, other, jump}


def test_findings_without_a_metric_or_times_are_never_joined():
    gaps = [a_finding(0, 60, kind=Kind.GAP, metric=None), a_finding(None, 60, kind=Kind.GAP, metric=None)]
    timeless = [a_finding(None, None), a_finding(None, None)]

    assert len(joined([*gaps, *timeless])) == 4


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(1, 9))), st.randoms())
def test_joining_loses_no_count_and_no_moment_and_knows_no_order(spans, random):
    findings = [a_finding(start, start + length, count=count) for start, length, count in spans]
    shuffled = random.sample(findings, len(findings))

    told = joined(findings)

    assert sum(each.count for each in told) == sum(each.count for each in findings)
    assert all(any(t.from_ms <= f.from_ms and f.to_ms <= t.to_ms for t in told) for f in findings)
    assert [(t.from_ms, t.to_ms) for t in joined(shuffled)] == [(t.from_ms, t.to_ms) for t in told]


@given(
    st.sampled_from(Kind),
    st.none() | st.text(),
    st.none() | st.integers(0, 10**13),
    st.none() | st.integers(0, 10**13),
    st.integers(0, 10**9),
    st.text(),
)
def test_a_finding_reads_back_from_its_event(kind, metric, from_ms, to_ms, count, detail):
    finding = Finding(kind, "cold-7", metric, from_ms, to_ms, count, detail)

    assert from_event(json.loads(json.dumps(to_event(finding)))) == finding


@pytest.mark.parametrize(
    "change", [{"guoji:kind": "joy"}, {"guoji:from": "now"}, {"guoji:count": None}, {"guoji:count": 1e999}]
)
def test_a_malformed_finding_is_refused(change):
    sound = to_event(Finding(Kind.GAP, "cold-7", None, 1, 2, 1, "number 4"))

    with pytest.raises(InvalidInput):
        from_event(sound | change)
