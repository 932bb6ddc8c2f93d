"""Excursions keep their start, their side and their extreme; silence is unknown, never good."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.cold_chain.excursions import Excursion, excursions
from traceability.telemetry.curve import Point, Stretch, silences

VALUES = st.lists(st.integers(-5, 9), max_size=40)


def a_curve(*values: float, step_ms: int = 1000) -> list[Point]:
    return [Point(position * step_ms, value) for position, value in enumerate(values)]


def test_an_excursion_lasts_from_the_first_reading_outside_to_the_first_back_inside():
    assert excursions(a_curve(2, 5, 9, 6, 3), 0, 4) == (Excursion(1000, 4000, 9),)


def test_one_that_nothing_ends_lasts_to_the_last_reading_outside():
    assert excursions(a_curve(2, 5, 9), 0, 4) == (Excursion(1000, 2000, 9),)


def test_going_from_too_warm_to_too_cold_is_two_excursions():
    assert excursions(a_curve(9, -3), 0, 4) == (Excursion(0, 1000, 9), Excursion(1000, 1000, -3))


def test_an_excursion_does_not_reach_across_a_silence():
    points = [Point(0, 9), Point(1000, 9), Point(2000, 9), Point(60_000, 9)]
    unknown = silences(points)

    assert unknown == (Stretch(2000, 60_000),)
    assert excursions(points, 0, 4, unknown) == (Excursion(0, 2000, 9), Excursion(60_000, 60_000, 9))


def test_without_a_range_there_are_no_excursions():
    assert excursions(a_curve(-40, 90), None, None) == ()


def test_a_single_reading_is_not_silence():
    assert silences(a_curve(1)) == ()


def test_a_value_that_trembles_on_its_limit_is_one_excursion_which_keeps_its_start():
    trembling = a_curve(2, 4.2, 3.9, 4.2, 3.9, 4.6, 3.8, 3.4)

    assert excursions(trembling, 0, 4, hysteresis=0.5) == (Excursion(1000, 6000, 4.6),)
    assert len(excursions(trembling, 0, 4)) == 3


@pytest.mark.parametrize("hysteresis", [0.5, 100])
def test_a_range_narrower_than_the_hysteresis_is_left_and_entered_all_the_same(hysteresis):
    curve = a_curve(5, 7, 5, 3, 5)

    assert excursions(curve, 5, 5, hysteresis=hysteresis) == (
        Excursion(1000, 2000, 7),
        Excursion(3000, 4000, 3),
    )


@given(VALUES, st.integers(0, 3))
def test_excursions_hold_every_reading_outside_the_range(values: list[int], hysteresis: int):
    points = a_curve(*values)
    found = excursions(points, 0, 4, hysteresis=hysteresis)

    for point in points:
        outside = any(e.from_ms <= point.taken_at_ms <= e.to_ms for e in found)
        assert outside or 0 <= point.value <= 4


@given(VALUES, st.integers(0, 2))
def test_excursions_are_those_a_pattern_finds_in_the_letters_of_the_readings(
    values: list[int], hysteresis: int
):
    """The slow twin: o outside, b back but not by the hysteresis, i inside by it."""
    points = a_curve(*values)
    twin = []
    for sign, limit in ((1, 4), (-1, 0)):
        deep = sign * limit - hysteresis
        letters = "".join(
            "o" if sign * v > sign * limit else "i" if sign * v <= deep else "b" for v in values
        )
        for match in re.finditer("o(?:[ob]*o)?", letters):
            end = min(match.end(), len(points) - 1)
            inside = values[match.start() : match.end()]
            extreme = sign * max(sign * value for value in inside)
            twin.append(Excursion(points[match.start()].taken_at_ms, points[end].taken_at_ms, extreme))

    assert sorted(excursions(points, 0, 4, hysteresis=hysteresis), key=str) == sorted(twin, key=str)
