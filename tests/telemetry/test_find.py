"""Numbers that are missing, doubled, replayed or out of order; and what holds of every finding."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.telemetry.find_builders import MINUTE_MS, START_S, a_reading, a_window, found, kinds, taken_ms
from traceability.telemetry.find.find import find
from traceability.telemetry.find.gaps import MAX_HOLES
from traceability.telemetry.find.look import AGO, LONG_AGO
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.thresholds import LIMITS


def test_sound_readings_give_no_finding():
    assert found(a_window(*(a_reading(number, number / 10) for number in range(1, 50)))) == ()


def test_a_gap_says_which_numbers_are_missing_and_between_which_moments():
    assert found(a_window(a_reading(3), a_reading(7), sealed_through=2)) == (
        Finding(Kind.GAP, "cold-7", None, taken_ms(3), taken_ms(7), 3, "numbers 4 to 6"),
    )


def test_a_gap_before_the_first_reading_is_found_too():
    [gap] = found(a_window(a_reading(12), sealed_through=10))

    assert (gap.count, gap.from_ms) == (1, None)


def test_a_late_reading_is_no_gap():
    assert found(a_window(a_reading(3), a_reading(11), sealed_through=10)) == ()


def test_many_holes_become_one_finding():
    window = a_window(*(a_reading(number) for number in range(2, 4 * MAX_HOLES, 2)))

    assert [gap.count for gap in found(window, kind=Kind.GAP)] == [2 * MAX_HOLES - 1]


def test_a_conflict_is_counted():
    [finding] = found(a_window(a_reading(1), conflicts=(1, 1)))

    assert (finding.kind, finding.count) == (Kind.CONFLICT, 2)


def test_a_new_epoch_is_found_but_not_the_first_one():
    assert kinds(a_window(a_reading(1), previous_epoch=8)) == [Kind.NEW_EPOCH]
    assert kinds(a_window(a_reading(1), previous_epoch=None)) == []


def test_later_numbers_with_earlier_times_are_found_within_a_window_and_across_two():
    back = a_reading(3, at_ms=taken_ms(1) - 1, late_ms=5 * MINUTE_MS)

    assert Kind.OUT_OF_ORDER in kinds(a_window(a_reading(1), a_reading(2), back))
    assert Kind.OUT_OF_ORDER in kinds(a_window(back, sealed_through=2), earlier=[a_reading(2)])


def test_what_was_measured_before_is_found_when_it_comes_under_new_numbers():
    before = [a_reading(number, number / 10) for number in range(1, 9)]
    again = [a_reading(8 + number, number / 10, at_ms=taken_ms(number)) for number in (3, 4, 5)]

    [finding] = found(a_window(*again, sealed_through=8), earlier=before, kind=Kind.REPLAY)

    assert (finding.count, finding.from_ms, finding.to_ms) == (3, taken_ms(3), taken_ms(5))


def test_a_buffer_that_is_sent_again_after_a_restart_is_a_replay_too():
    before = [a_reading(number, number / 10) for number in range(1, 9)]
    again = [a_reading(number, number / 10, epoch=10) for number in range(5, 8)]

    assert [each.count for each in found(a_window(*again), earlier=before, kind=Kind.REPLAY)] == [3]


def test_two_messages_of_one_second_that_say_the_same_are_no_replay():
    twice = [a_reading(number, 4.0, at_ms=taken_ms(number // 2)) for number in range(2, 20)]

    assert found(a_window(*twice, sealed_through=1), kind=Kind.REPLAY) == ()


readings = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.floats(-100, 100),
        st.integers(0, 10**6),
        st.sampled_from([("air_temperature", "Cel"), ("relative_humidity", "%RH"), ("battery", "%EL")]),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda each: each[0],
).map(
    lambda rows: [
        a_reading(number, value, START_S * 1000 + at * 1000, metric=metric, unit=unit)
        for number, value, at, (metric, unit) in rows
    ]
)


@given(readings, st.integers(0, 39))
def test_every_finding_is_about_a_reading_of_the_window_whatever_came_before(rows, cut):
    rows.sort(key=lambda each: each.sequence)
    cut = min(cut, len(rows) - 1)
    earlier, new = rows[:cut], rows[cut:]
    through = max((each.sequence for each in earlier), default=0)
    moments = [each.received_at_ms - 200 for each in new]

    for finding in found(a_window(*new, sealed_through=through), earlier=earlier):
        assert finding.count >= 1
        assert finding.from_ms is None or finding.from_ms <= finding.to_ms
        assert finding.metric is None or finding.to_ms >= min(moments)


@given(readings, st.sets(st.integers(1, 39)))
def test_gaps_and_impossible_values_are_counted_once_wherever_windows_are_cut(rows, cuts):
    rows.sort(key=lambda each: each.sequence)
    edges = [0, *sorted(each for each in cuts if each < len(rows)), len(rows)]

    gaps = impossible = 0
    for start, end in pairwise(edges):
        through = rows[start - 1].sequence if start else 0
        for each in found(a_window(*rows[start:end], sealed_through=through), earlier=rows[:start]):
            gaps += each.count * (each.kind is Kind.GAP)
            impossible += each.count * (each.kind is Kind.IMPOSSIBLE_VALUE)

    [whole] = [found(a_window(*rows))]
    assert gaps == rows[-1].sequence - len(rows)
    assert impossible == sum(each.count for each in whole if each.kind is Kind.IMPOSSIBLE_VALUE)


def test_only_after_a_jump_are_days_of_readings_asked_for():
    asked = []

    def earlier(ago):
        asked.append(ago)
        return [a_reading(number) for number in range(1, 9)]

    def no_neighbour(from_ms, to_ms):
        return ()

    find(a_window(a_reading(9), sealed_through=8), LIMITS, earlier, no_neighbour)
    find(a_window(a_reading(9, 40), sealed_through=8), LIMITS, earlier, no_neighbour)

    assert asked == [AGO, AGO, LONG_AGO]


def test_a_look_back_reaches_far_and_stays_small():
    for ago in (AGO, LONG_AGO):
        assert sorted(set(ago)) == list(ago)
        assert len(ago) < 450
        assert ago[-1] > 75_000
