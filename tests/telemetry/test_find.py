import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.telemetry.batch import NO_BATCH
from traceability.telemetry.find import MAX_HOLES, find
from traceability.telemetry.findings import Finding, Kind, from_event, to_event
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.window import Window

START_S = 1_790_000_000
MINUTE_MS = 60_000


def taken_ms(sequence):
    return START_S * 1000 + sequence * MINUTE_MS


def a_reading(sequence, celsius=4.0, at_ms=None, late_ms=200, metric="air_temperature", unit="Cel"):
    at_ms = taken_ms(sequence) if at_ms is None else at_ms
    records = [
        {"bt": at_ms / 1000, "n": "epoch", "u": "count", "v": 9},
        {"n": "seq", "u": "count", "v": sequence},
        {"n": metric, "u": unit, "v": celsius},
    ]
    return Reading("cold-7", 9, sequence, at_ms + late_ms, Authenticated.BROKER, json.dumps(records).encode())


def a_window(*readings, conflicts=(), previous_epoch=9, sealed_through=0):
    return Window(
        "cold-7", 1, 1, len(readings), readings, conflicts, NO_BATCH, previous_epoch, sealed_through
    )


def kinds(window):
    return [finding.kind for finding in find(window)]


def test_sound_readings_give_no_finding():
    assert find(a_window(*(a_reading(number, celsius=number / 10) for number in range(1, 50)))) == ()


def test_a_gap_says_which_numbers_are_missing_and_between_which_moments():
    assert find(a_window(a_reading(3), a_reading(7), sealed_through=2)) == (
        Finding(Kind.GAP, "cold-7", None, taken_ms(3), taken_ms(7), 3, "numbers 4 to 6"),
    )


def test_a_gap_before_the_first_reading_is_found_too():
    [gap] = find(a_window(a_reading(12), sealed_through=10))

    assert (gap.count, gap.from_ms) == (1, None)


def test_a_late_reading_is_no_gap():
    assert find(a_window(a_reading(3), a_reading(11), sealed_through=10)) == ()


def test_many_holes_become_one_finding():
    window = a_window(*(a_reading(number) for number in range(2, 4 * MAX_HOLES, 2)))

    gaps = [finding for finding in find(window) if finding.kind is Kind.GAP]

    assert [gap.count for gap in gaps] == [2 * MAX_HOLES - 1]


def test_a_conflict_is_counted():
    [finding] = find(a_window(a_reading(1), conflicts=(a_reading(1, celsius=9), a_reading(1, celsius=8))))

    assert (finding.kind, finding.count) == (Kind.CONFLICT, 2)


@pytest.mark.parametrize(("celsius", "found"), [(-45, []), (65, []), (-45.1, [1]), (65.1, [1])])
def test_an_impossible_value_is_found(celsius, found):
    assert [
        f.count for f in find(a_window(a_reading(1, celsius))) if f.kind is Kind.IMPOSSIBLE_VALUE
    ] == found


def test_a_value_that_stays_the_same_too_long_is_found():
    for_six_hours = [a_reading(number) for number in range(1, 362)]

    assert kinds(a_window(*for_six_hours)) == []
    assert kinds(a_window(*for_six_hours, a_reading(362))) == [Kind.STUCK_VALUE]


def test_a_value_that_may_stay_the_same_is_not_stuck():
    dry = [a_reading(number, 0, metric="rainfall", unit="m") for number in range(1, 1000)]

    assert kinds(a_window(*dry)) == []


def test_a_silence_is_told_from_a_gap():
    def later(number):
        return a_reading(number, at_ms=taken_ms(number) + 10 * MINUTE_MS)

    before = [a_reading(number) for number in range(1, 10)]

    assert kinds(a_window(*before, later(10))) == [Kind.SILENCE]
    assert kinds(a_window(*before, later(11))) == [Kind.GAP]


def test_a_clock_ahead_is_found_at_once():
    [finding] = find(a_window(a_reading(1), a_reading(2, late_ms=-3_000)))

    assert (finding.kind, finding.detail) == (Kind.CLOCK_OFFSET, "ahead by up to 3 s")


def test_a_clock_steadily_behind_is_found():
    window = a_window(*(a_reading(number, late_ms=300_000) for number in range(1, 10)))

    assert [finding.detail for finding in find(window)] == ["behind by 300 s"]


def test_a_buffer_sent_later_is_no_clock_behind():
    sent_at_ms = taken_ms(1000)
    window = a_window(*(a_reading(number, late_ms=sent_at_ms - taken_ms(number)) for number in range(1, 10)))

    assert find(window) == ()


def test_a_new_epoch_is_found_but_not_the_first_one():
    assert kinds(a_window(a_reading(1), previous_epoch=8)) == [Kind.NEW_EPOCH]
    assert kinds(a_window(a_reading(1), previous_epoch=None)) == []


def test_later_numbers_with_earlier_times_are_found():
    window = a_window(a_reading(1), a_reading(2), a_reading(3, at_ms=taken_ms(1) - 1, late_ms=5 * MINUTE_MS))

    assert Kind.OUT_OF_ORDER in kinds(window)


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
