"""Excursions keep their start, their side and their extreme; silence is unknown, never good."""

from hypothesis import given
from hypothesis import strategies as st

from traceability.telemetry.cold_chain import Excursion, Point, Stretch, excursions, silences


def a_curve(*values: float, step_ms: int = 1000) -> list[Point]:
    return [Point(position * step_ms, value) for position, value in enumerate(values)]


def test_an_excursion_lasts_from_the_first_to_the_last_reading_outside():
    assert excursions(a_curve(2, 5, 9, 6, 3), 0, 4) == (Excursion(1000, 3000, 9),)


def test_going_from_too_warm_to_too_cold_is_two_excursions():
    assert excursions(a_curve(9, -3), 0, 4) == (Excursion(0, 0, 9), Excursion(1000, 1000, -3))


def test_an_excursion_does_not_reach_across_a_silence():
    points = [Point(0, 9), Point(1000, 9), Point(2000, 9), Point(60_000, 9)]
    unknown = silences(points)

    assert unknown == (Stretch(2000, 60_000),)
    assert excursions(points, 0, 4, unknown) == (Excursion(0, 2000, 9), Excursion(60_000, 60_000, 9))


def test_without_a_range_there_are_no_excursions():
    assert excursions(a_curve(-40, 90), None, None) == ()


def test_a_single_reading_is_not_silence():
    assert silences(a_curve(1)) == ()


@given(st.lists(st.integers(-5, 9), max_size=40))
def test_excursions_hold_exactly_the_readings_outside_the_range(values: list[int]):
    points = a_curve(*values)

    inside_one = {
        point
        for point in points
        for each in excursions(points, 0, 4)
        if each.from_ms <= point.taken_at_ms <= each.to_ms
    }

    assert inside_one == {point for point in points if not 0 <= point.value <= 4}
