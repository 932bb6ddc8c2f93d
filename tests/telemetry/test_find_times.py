"""Silence, and clocks that are off or drift."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.telemetry.find_builders import MINUTE_MS, a_reading, a_window, found, kinds, taken_ms
from traceability.telemetry.find.silences import overdue
from traceability.telemetry.findings import Kind


def at_pace(numbers, **more):
    return [a_reading(number, **more) for number in numbers]


def later(number, by_ms=10 * MINUTE_MS):
    return a_reading(number, at_ms=taken_ms(number) + by_ms)


def test_a_silence_is_told_from_a_gap():
    before = at_pace(range(1, 10))

    assert kinds(a_window(*before, later(10))) == [Kind.SILENCE]
    assert kinds(a_window(*before, later(11))) == [Kind.GAP]


def test_a_silence_before_a_window_of_one_reading_is_found():
    [silence] = found(a_window(later(10), sealed_through=9), earlier=at_pace(range(1, 10)))

    assert (silence.kind, silence.from_ms, silence.to_ms) == (
        Kind.SILENCE,
        taken_ms(9),
        taken_ms(20),
    )


def test_a_silence_is_told_once():
    before = [*at_pace(range(1, 10)), later(10)]
    new = a_reading(11, at_ms=taken_ms(21))

    assert found(a_window(new, sealed_through=10), earlier=before, kind=Kind.SILENCE) == ()


def test_one_record_that_a_steady_device_left_out_is_a_silence():
    window = a_window(*at_pace(range(1, 10)), later(10, by_ms=MINUTE_MS))

    assert kinds(window) == [Kind.SILENCE]


@given(st.lists(st.integers(-25_000, 25_000), min_size=3, max_size=60))
def test_a_pace_that_wavers_is_no_silence(wavers):
    rows = [a_reading(n, n / 100, at_ms=taken_ms(n) + by) for n, by in enumerate(wavers, 1)]

    steps = [b.received_at_ms - a.received_at_ms for a, b in pairwise(rows)]
    if max(steps) <= 1.9 * sorted(steps)[int(0.9 * (len(steps) - 1))]:
        assert found(a_window(*rows), kind=Kind.SILENCE) == ()


def test_a_device_that_says_nothing_is_overdue_after_two_of_its_usual_steps():
    heard = [taken_ms(number) for number in range(1, 10)]

    assert overdue("cold-7", heard, taken_ms(10) + 50_000) is None
    silence = overdue("cold-7", heard, taken_ms(11))
    assert (silence.kind, silence.from_ms, silence.to_ms) == (Kind.SILENCE, taken_ms(9), taken_ms(11))
    assert overdue("cold-7", heard[:2], taken_ms(1000)) is None


def test_a_clock_ahead_is_found_at_once():
    [finding] = found(a_window(a_reading(1), a_reading(2, late_ms=-3_000)))

    assert (finding.kind, finding.detail) == (Kind.CLOCK_OFFSET, "ahead by up to 3 s")


def test_a_clock_steadily_behind_is_found_over_as_many_windows_as_it_takes():
    behind = at_pace(range(1, 10), late_ms=300_000)

    assert [finding.detail for finding in found(a_window(*behind))] == ["behind by 300 s"]
    [finding] = found(a_window(behind[-1], sealed_through=8), earlier=behind[:-1])
    assert (finding.kind, finding.count) == (Kind.CLOCK_OFFSET, 1)
    assert found(a_window(*behind[:4])) == ()


def test_a_buffer_sent_later_is_no_clock_behind():
    sent_at_ms = taken_ms(1000)

    assert found(a_window(*(a_reading(n, late_ms=sent_at_ms - taken_ms(n)) for n in range(1, 10)))) == ()


def drifting(ppm, jitters, every_ms=MINUTE_MS):
    """Readings of a device whose clock loses `ppm`, over a network that delays each."""
    return [
        a_reading(n, n / 100, taken_ms(0) + n * every_ms, 500 + n * every_ms * ppm // 1_000_000 + jitter)
        for n, jitter in enumerate(jitters, 1)
    ]


jittering = st.lists(st.integers(0, 1_500), min_size=400, max_size=400)


@settings(max_examples=25)
@given(st.sampled_from([-2_000, -500, 500, 2_000, 10_000]), jittering)
def test_a_clock_that_runs_at_another_speed_is_found_and_how_fast(ppm, jitters):
    rows = drifting(ppm, jitters)
    new, earlier = rows[-5:], rows[:-5]

    [finding] = found(a_window(*new, sealed_through=395), earlier=earlier, kind=Kind.CLOCK_DRIFT)

    word, seconds = finding.detail.split()[:2]
    assert word == ("loses" if ppm > 0 else "gains")
    assert float(seconds) == pytest.approx(abs(ppm) * 0.0864, rel=0.3)
    assert finding.count == 5


@settings(max_examples=25)
@given(st.sampled_from([-40, 0, 40]), jittering)
def test_the_drift_of_any_quartz_and_a_slow_network_are_no_finding(ppm, jitters):
    rows = drifting(ppm, jitters, every_ms=10 * MINUTE_MS)

    assert found(a_window(*rows[-5:], sealed_through=395), earlier=rows[:-5], kind=Kind.CLOCK_DRIFT) == ()


@pytest.mark.parametrize("step_ms", [5_000, 60_000, 3_600_000])
def test_a_clock_that_was_set_does_not_drift(step_ms):
    rows = [a_reading(n, n / 100, late_ms=500 + (step_ms if n > 200 else 0)) for n in range(1, 401)]

    assert found(a_window(*rows[-5:], sealed_through=395), earlier=rows[:-5], kind=Kind.CLOCK_DRIFT) == ()


@settings(max_examples=25)
@given(st.integers(10, 390), st.integers(1, 300))
def test_a_buffer_that_is_sent_again_does_not_drift(start, length):
    back_ms = taken_ms(min(start + length, 400))
    rows = [
        a_reading(n, n / 100, late_ms=back_ms - taken_ms(n) if start <= n < start + length else 500)
        for n in range(1, 401)
    ]
    rows = [each for each in rows if each.received_at_ms >= taken_ms(0)]

    assert found(a_window(*rows[-5:], sealed_through=395), earlier=rows[:-5], kind=Kind.CLOCK_DRIFT) == ()
