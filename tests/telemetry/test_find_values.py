"""Values that cannot be, do not move, jump, have become restless, or that a neighbour does not share."""

import random
from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telemetry.find_builders import a_reading, a_window, found, kinds, taken_ms
from traceability.telemetry.authenticate import message_in
from traceability.telemetry.find.jumps import CALM
from traceability.telemetry.find.noise import BLOCK, MIN_BLOCKS
from traceability.telemetry.findings import Kind
from traceability.telemetry.thresholds import LIMITS

AIR = LIMITS["air_temperature"]


def a_curve(values, **more):
    return [a_reading(number, value, **more) for number, value in enumerate(values, 1)]


def in_two(rows, new):
    """The last `new` of `rows` as a window, and what came before."""
    cut = len(rows) - new
    return a_window(*rows[cut:], sealed_through=cut), rows[:cut]


def found_in(rows, new, kind, **more):
    window, earlier = in_two(rows, new)
    return found(window, earlier=earlier, kind=kind, **more)


@pytest.mark.parametrize(("celsius", "counts"), [(-45, []), (65, []), (-45.1, [1]), (65.1, [1])])
def test_an_impossible_value_is_found(celsius, counts):
    findings = found(a_window(a_reading(1, celsius)), kind=Kind.IMPOSSIBLE_VALUE)

    assert [finding.count for finding in findings] == counts


def test_impossible_values_of_several_windows_are_told_from_where_they_began():
    [finding] = found_in(a_curve([4, -50, -50, -50]), 1, Kind.IMPOSSIBLE_VALUE)

    assert (finding.count, finding.from_ms, finding.to_ms) == (1, taken_ms(2), taken_ms(4))


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30))
def test_as_many_values_are_impossible_as_lie_outside(values):
    findings = found(a_window(*a_curve(values)), kind=Kind.IMPOSSIBLE_VALUE)

    outside = [value for value in values if value < AIR.low or value > AIR.high]
    assert sum(each.count for each in findings) == len(outside)


@pytest.mark.parametrize("new", [1, 100, 361])
def test_a_value_that_stays_the_same_too_long_is_found_wherever_windows_are_cut(new):
    six_hours = a_curve([4.0] * 361)
    [finding] = found_in([*six_hours, a_reading(362)], new, Kind.STUCK_VALUE)

    assert found_in(six_hours, new, Kind.STUCK_VALUE) == ()
    assert (finding.count, finding.from_ms, finding.to_ms) == (new, taken_ms(1), taken_ms(362))


def test_a_value_that_flickers_in_its_last_digit_is_stuck_and_one_that_moves_is_not():
    assert found_in(a_curve([-50.0, -50.01] * 200), 1, Kind.STUCK_VALUE)
    assert not found_in(a_curve([4.0, 4.05] * 200), 1, Kind.STUCK_VALUE)


def test_a_value_that_moves_again_is_stuck_no_more():
    assert found_in(a_curve([4.0] * 400 + [4.5]), 1, Kind.STUCK_VALUE) == ()


def test_few_values_far_apart_are_not_stuck():
    daily = [a_reading(number, at_ms=taken_ms(number * 1440)) for number in range(1, 10)]

    assert found(a_window(*daily), kind=Kind.STUCK_VALUE) == ()


@pytest.mark.parametrize(
    ("metric", "unit", "value", "is_stuck"),
    [
        ("rainfall", "m", 0, False),
        ("relative_humidity", "%RH", 99.9, False),
        ("relative_humidity", "%RH", 80, True),
        ("wind_speed", "m/s", 0, True),
    ],
)
def test_a_value_may_rest_where_its_metric_does(metric, unit, value, is_stuck):
    rows = a_curve([value] * 400, metric=metric, unit=unit)

    assert bool(found_in(rows, 1, Kind.STUCK_VALUE)) is is_stuck


natural_steps = st.lists(st.floats(-AIR.jump * 0.99, AIR.jump * 0.99), min_size=30, max_size=60)


def walk(steps, low=-20, high=30):
    value = 5.0
    for step in steps:
        value = min(high, max(low, value + step))
        yield value


@given(natural_steps, st.integers(1, 29))
def test_steps_that_nature_takes_are_no_jumps(steps, new):
    assert found_in(a_curve(walk(steps)), new, Kind.JUMP) == ()


@given(
    st.lists(st.floats(-0.3, 0.3), min_size=60, max_size=60), st.integers(CALM + 2, 40), st.integers(1, 15)
)
def test_all_between_a_jump_and_the_one_back_is_odd(steps, start, length):
    values = list(walk(steps))
    for at in range(start, start + length):
        values[at - 1] -= 17

    [finding] = found(a_window(*a_curve(values)), kind=Kind.JUMP)

    assert (finding.from_ms, finding.to_ms) == (taken_ms(start), taken_ms(start + length - 1))
    assert finding.count == length


def test_a_jump_is_told_at_once_and_the_whole_stretch_when_it_is_back():
    values = [5.0] * 20 + [-12.0] * 30 + [5.0]

    [away] = found_in(a_curve(values[:21]), 1, Kind.JUMP)
    [back] = found_in(a_curve(values), 1, Kind.JUMP)

    assert (away.from_ms, away.to_ms) == (taken_ms(21), taken_ms(21))
    assert (back.from_ms, back.to_ms) == (taken_ms(21), taken_ms(50))
    assert (away.count, back.count) == (1, 29)
    assert found_in(a_curve(values[:-1]), 1, Kind.JUMP) == ()


def test_a_value_that_comes_back_slowly_opens_no_stretch():
    slowly_up = [-12 + number for number in range(17)]
    values = [5.0] * 20 + slowly_up + [5.0] * 20 + [-12.0] + [5.0]

    [finding] = found_in(a_curve(values), 2, Kind.JUMP)

    assert (finding.from_ms, finding.to_ms) == (taken_ms(58), taken_ms(58))


def test_one_odd_value_that_was_told_is_not_told_again_when_the_next_is_sound():
    values = [5.0] * 20 + [-12.0, 5.0]

    assert found_in(a_curve(values[:-1]), 1, Kind.JUMP)
    assert found_in(a_curve(values), 1, Kind.JUMP) == ()


def test_after_a_lost_number_or_a_pause_a_value_may_be_anywhere():
    lost = [a_reading(1, 5.0), a_reading(3, 30.0)]
    paused = [a_reading(1, 5.0), a_reading(2, 30.0, at_ms=taken_ms(70))]

    assert found(a_window(*lost), kind=Kind.JUMP) == ()
    assert found(a_window(*paused), kind=Kind.JUMP) == ()


def noisy(amplitudes, seed):
    chance = random.Random(seed)
    swings = (chance.uniform(0.5, 1) * (-1) ** number for number in range(len(amplitudes)))
    return a_curve([10 + amplitude * swing for amplitude, swing in zip(amplitudes, swings, strict=True)])


CALM_PART = [0.1] * (BLOCK * MIN_BLOCKS)


@given(st.integers())
def test_a_probe_that_becomes_restless_is_found(seed):
    [finding] = found_in(noisy(CALM_PART + [2] * BLOCK, seed), 1, Kind.NOISE)

    assert (finding.count, finding.to_ms) == (1, taken_ms(BLOCK * (MIN_BLOCKS + 1)))


@given(st.integers(), st.floats(0, AIR.noise / 4.1))
def test_noise_that_is_natural_is_none_however_calm_it_was(seed, amplitude):
    assert found_in(noisy([0] * len(CALM_PART) + [amplitude] * BLOCK, seed), BLOCK, Kind.NOISE) == ()


def test_a_device_that_was_always_restless_has_not_changed():
    assert found_in(noisy([2] * 200, 1), BLOCK, Kind.NOISE) == ()


def test_a_steady_rise_and_two_odd_values_are_no_noise():
    rising = a_curve([number * 1.5 for number in range(-10, 30)] + [50] * 60)
    odd = a_curve([10] * 70 + [20, 10, 20, 10])

    assert found_in(rising, 40, Kind.NOISE) == ()
    assert found_in(odd, 12, Kind.NOISE) == ()


@given(st.lists(st.sampled_from([0.05, 0.6, 2, 9]), min_size=MIN_BLOCKS + 1, max_size=14), st.integers())
def test_a_block_is_loud_against_the_median_of_all_blocks_before(amplitudes, seed):
    curve = noisy([each for each in amplitudes for _ in range(BLOCK)], seed)
    values = [message_in(each).measurements[0].value for each in curve]
    starts = range(0, len(values), BLOCK)
    levels = [median(abs(a - 2 * b + c) for a, b, c in triples(values[at : at + BLOCK])) for at in starts]
    limits = [max(AIR.noise, 4 * median(levels[:at] or [0])) for at in range(len(levels))]
    loud = [at >= MIN_BLOCKS and levels[at] > limits[at] for at in range(len(levels))]

    findings = found_in(curve, len(curve), Kind.NOISE)

    assert sum(finding.count for finding in findings) == BLOCK * sum(loud)


def triples(values):
    return zip(values, values[1:], values[2:], strict=False)


def test_what_is_usual_is_not_sorted_anew_for_each_block(monkeypatch):
    """A device may fill a window with a million values, and the others wait for their batches meanwhile."""
    looked_at = []

    def spied(values):
        looked_at.extend(few := list(values))
        return median(few)

    monkeypatch.setattr("traceability.telemetry.find.noise.median", spied)
    curve = noisy([0.1] * BLOCK * 50, 1)

    found_in(curve, len(curve), Kind.NOISE)

    assert 0 < len(looked_at) <= len(curve)


def beside(rows, by, device="west-2", shift_ms=0):
    return [
        a_reading(each.sequence, by(number), at_ms=taken_ms(each.sequence) + shift_ms, device=device)
        for number, each in enumerate(rows)
    ]


@given(st.lists(st.floats(-20, 30), min_size=3, max_size=30), st.floats(-15, 15))
def test_neighbours_that_differ_are_found_on_both_sides(values, difference):
    ours = a_curve(values)
    theirs = beside(ours, lambda number: values[number] + difference)

    here = found(a_window(*ours), neighbours=theirs, kind=Kind.NEIGHBOUR)
    there = found(a_window(*theirs), neighbours=ours, kind=Kind.NEIGHBOUR)

    if abs(abs(difference) - AIR.differs) > 1e-6:
        assert bool(here) is bool(there) is (abs(difference) > AIR.differs)


def test_each_neighbour_that_disagrees_is_named():
    ours = a_curve([10.0] * 6)
    near = beside(ours, lambda _: 2.0, "west-2") + beside(ours, lambda _: 10.5, "west-3")

    [finding] = found(a_window(*ours), neighbours=near, kind=Kind.NEIGHBOUR)

    assert finding.detail == "+8 Cel against west-2, want at most 5"
    assert (finding.metric, finding.count) == ("air_temperature", 6)


def test_neighbours_are_compared_over_windows_of_one_reading_but_not_over_hours():
    ours = a_curve([10.0] * 6)
    theirs = beside(ours, lambda _: 2.0)

    assert [each.count for each in found_in(ours, 1, Kind.NEIGHBOUR, neighbours=theirs)] == [1]
    assert found_in(ours[:2], 1, Kind.NEIGHBOUR, neighbours=theirs) == ()
    hours_later = beside(ours, lambda _: 2.0, shift_ms=3_600_000)
    assert found_in(ours, 1, Kind.NEIGHBOUR, neighbours=hours_later) == ()


def test_a_metric_that_neighbours_need_not_share_is_not_compared():
    limits = LIMITS | {"air_temperature": replace(AIR, differs=None)}
    ours = a_curve([10.0] * 6)
    theirs = beside(ours, lambda _: 2.0)

    assert "neighbour" not in kinds(a_window(*ours), neighbours=theirs, limits=limits)


@given(st.lists(st.floats(-20, 30), min_size=12, max_size=24), st.integers(1, 11))
def test_as_many_values_lie_behind_jumps_wherever_windows_are_cut(values, new):
    rows = a_curve(values)
    window, earlier = in_two(rows, new)

    whole = found(a_window(*rows), kind=Kind.JUMP)
    parts = [*found(a_window(*earlier), kind=Kind.JUMP), *found(window, earlier=earlier, kind=Kind.JUMP)]

    assert sum(each.count for each in parts) == sum(each.count for each in whole)
