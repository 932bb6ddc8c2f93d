"""Known and unknown time add up; what is unknown is never good; the mean kinetic temperature is USP's."""

import math
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.cold_chain.exposure import Held, exposure, held, mean_kinetic_celsius, warmest
from traceability.telemetry.curve import AROUND, FEWEST_AROUND, SILENT_AFTER_PACES, Point

HOUR = 3_600_000
CURVES = st.dictionaries(st.integers(0, 60), st.integers(-5, 9), max_size=12).map(
    lambda values: [Point(at, values[at]) for at in sorted(values)]
)
PIECES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 20), st.integers(-5, 9)).map(
        lambda drawn: Held(drawn[0], drawn[0] + drawn[1], drawn[2])
    ),
    max_size=8,
)


def hourly(*values):
    return [Point(position * HOUR, value) for position, value in enumerate(values)]


def of(points, from_ms, to_ms, low=0, high=4):
    return exposure(list(held(points, from_ms, to_ms)), from_ms, to_ms, low, high)


def test_a_reading_holds_until_the_next_one():
    was = of(hourly(2, 6, 9, 3), 0, 4 * HOUR)

    assert (was.within_ms, was.outside_ms, was.unknown_ms) == (2 * HOUR, 2 * HOUR, 0)
    assert (was.degree_hours_above, was.degree_hours_below) == (2 + 5, 0)


def test_a_silence_is_unknown_and_not_within():
    points = [*hourly(2, 2, 2), Point(50 * HOUR, 2)]

    was = of(points, 0, 50 * HOUR)

    assert (was.within_ms, was.unknown_ms) == (2 * HOUR, 48 * HOUR)


def test_the_time_before_the_first_and_long_after_the_last_reading_is_unknown():
    was = of([Point(10 * HOUR, 2), Point(11 * HOUR, 2)], 0, 20 * HOUR)

    assert (was.within_ms, was.unknown_ms) == (HOUR, 19 * HOUR)


def test_without_a_reading_everything_is_unknown():
    was = of([], 0, 5 * HOUR)

    assert (was.within_ms, was.unknown_ms, was.mean_kinetic_celsius) == (0, 5 * HOUR, None)


def test_one_reading_alone_says_nothing_about_any_time():
    assert of([Point(0, 2)], 0, HOUR).unknown_ms == HOUR


@given(CURVES, st.integers(0, 30), st.integers(0, 60))
def test_exposure_is_what_counting_moment_by_moment_gives(points, start, length):
    """The slow twin looks at each millisecond for the reading that holds then."""
    end = start + length
    steps = [after.taken_at_ms - before.taken_at_ms for before, after in pairwise(points)]
    within = outside = above = 0
    for moment in range(start, end):
        before = [point for point in points if point.taken_at_ms <= moment]
        if not before:
            continue
        number = len(before) - 1
        sides = [steps[max(number - AROUND, 0) : number], steps[number + 1 :][:AROUND]]
        paces = [side for side in sides if len(side) >= FEWEST_AROUND] or [sides[0] + sides[1]]
        alone = math.inf if steps else 0
        usual = max((max(median(pace), 1) for pace in paces if pace), default=alone)
        step = steps[number] if number < len(steps) else end - before[-1].taken_at_ms
        if step <= SILENT_AFTER_PACES * usual:
            inside = 0 <= before[-1].value <= 4
            within, outside = within + inside, outside + (not inside)
            above += max(before[-1].value - 4, 0)

    was = of(points, start, end)

    assert (was.within_ms, was.outside_ms, was.unknown_ms) == (within, outside, length - within - outside)
    assert was.degree_hours_above == pytest.approx(above / HOUR)


def test_the_mean_kinetic_temperature_of_a_steady_one_is_that_temperature():
    assert mean_kinetic_celsius([Held(0, 5, 4.2), Held(5, 9, 4.2)]) == pytest.approx(4.2)


def test_half_the_time_at_20_and_half_at_30_degrees_is_a_mean_kinetic_26():
    """By hand from the formula of USP <1079.2>: above the mean of 25, for warmth counts more."""
    rates = [math.exp(-83.144e3 / (8.3144 * kelvin)) for kelvin in (293.15, 303.15)]
    by_hand = (83.144e3 / 8.3144) / -math.log(sum(rates) / 2) - 273.15

    found = mean_kinetic_celsius([Held(0, 1, 20), Held(1, 2, 30)])

    assert found == pytest.approx(by_hand)
    assert round(found, 2) == 26.26


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(-40, 60)), min_size=1, max_size=12))
def test_the_mean_kinetic_temperature_is_that_of_the_plain_formula_and_lies_above_the_mean(drawn):
    pieces = [Held(0, length, celsius) for length, celsius in drawn]
    total = sum(length for length, _ in drawn)
    rates = sum(length * math.exp(-10_000 / (celsius + 273.15)) for length, celsius in drawn)

    found = mean_kinetic_celsius(pieces)

    assert found == pytest.approx(10_000 / -math.log(rates / total) - 273.15, abs=1e-6)
    mean = sum(length * celsius for length, celsius in drawn) / total
    assert mean - 1e-6 <= found <= max(celsius for _, celsius in drawn) + 1e-6


@given(PIECES)
def test_the_warmest_of_several_devices_is_the_greatest_at_every_moment(pieces):
    expected = {}
    for each in pieces:
        for moment in range(each.from_ms, each.to_ms):
            expected[moment] = max(expected.get(moment, -99), each.celsius)

    found = list(warmest(pieces))

    assert {m: each.celsius for each in found for m in range(each.from_ms, each.to_ms)} == expected
    assert sum(each.length_ms for each in found) == len(expected)
