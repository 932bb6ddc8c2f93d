"""The drawn curve: every extreme is there, and no line crosses a gap."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.present.curve_svg import LEFT, RIGHT, TOP, WIDTH, chart
from api.present.curves import curve_card
from api.words import languages
from tests.api.samples import a_curve, a_station, a_truck, at_ms
from traceability.cold_chain.excursions import Excursion
from traceability.telemetry.curve import Point, Stretch

WORDS = languages()["en"]


def drawn(curve, grain=1):
    return chart(curve, 570, grain, WORDS)


def spots(path):
    """The path read back, as a browser reads it: runs of absolute points."""
    runs = []
    for run in path.split("M")[1:]:
        numbers = [int(text) for text in re.findall(r"-?\d+", run)]
        x, y = numbers[:2]
        runs.append([(x, y)])
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + dx, y + dy
            runs[-1].append((x, y))
    return runs


def points(*values):
    return [Point(at_ms(10) + number * 60_000, value) for number, value in enumerate(values)]


def test_a_gap_is_never_joined():
    curve = a_curve(points(1, 2, 3, 1), silences=(Stretch(at_ms(10) + 60_000, at_ms(10) + 120_000),))

    picture = drawn(curve)

    assert [len(run) for run in spots(picture.path)] == [2, 2]
    assert picture.gaps[0].x == spots(picture.path)[0][-1][0]
    assert picture.gaps[0].x + picture.gaps[0].width == spots(picture.path)[1][0][0]


@given(st.lists(st.floats(-90, 60), min_size=1, max_size=60), st.sampled_from([1, 9]))
def test_every_extreme_is_drawn_and_nothing_leaves_the_plot(values, grain):
    picture = drawn(a_curve(points(*values), low=None, high=None), grain)
    ys = [y for run in spots(picture.path) for _, y in run]
    xs = [x for run in spots(picture.path) for x, _ in run]

    if max(values) > min(values):
        assert (min(ys), max(ys)) == (TOP, picture.bottom)
    assert min(xs) == LEFT
    assert max(xs) <= WIDTH - RIGHT + grain


def test_readings_that_share_a_column_keep_their_lowest_and_highest():
    values = [2.0] * 5000
    values[1234], values[4321] = 9.0, -9.0

    picture = drawn(a_curve(points(*values)), grain=9)

    ys = [y for run in spots(picture.path) for _, y in run]
    assert (min(ys), max(ys)) == (TOP, picture.bottom)
    assert len(ys) < 1000


def test_two_thousand_readings_stay_small():
    assert len(drawn(a_truck()).path) < 11_000


def test_the_excursion_and_the_range_are_marked_where_they_are():
    curve = a_curve(points(2, 5, 5, 2), excursions=(Excursion(at_ms(10) + 60_000, at_ms(10) + 120_000, 5),))

    picture = drawn(curve)
    run = spots(picture.path)[0]

    assert (picture.excursions[0].x, picture.excursions[0].width) == (run[1][0], run[2][0] - run[1][0])
    assert picture.range_y is not None
    assert picture.range_y[0] > run[1][1]  # the top of the range lies below the excursion


@pytest.mark.parametrize("curve", [a_curve(points(3)), a_curve(points(3, 3, 3), low=None, high=None)])
def test_one_reading_or_a_flat_line_can_be_drawn(curve):
    assert spots(drawn(curve).path)


@given(st.integers(1, 400 * 24 * 60))
def test_time_labels_are_few_and_lie_inside(minutes):
    two = [Point(at_ms(0) - minutes * 60_000, 1), Point(at_ms(0), 2)]

    marks = drawn(a_curve(two)).x_marks

    assert len(marks) <= 5
    assert all(LEFT <= mark.at <= WIDTH - RIGHT for mark in marks)


def test_labels_of_days_are_days_and_of_hours_are_hours():
    assert [mark.text for mark in drawn(a_truck()).x_marks] == ["13 Nov", "12:00", "14 Nov"]
    assert all("Nov" in mark.text for mark in drawn(a_station("par", "D54", 1, 1)).x_marks)


def test_a_card_is_made_once_for_all_who_share_the_curve_and_a_language():
    curve, like_it = a_curve(points(1, 2, 3)), a_curve(points(1, 2, 3))

    assert curve_card(curve, WORDS) is curve_card(curve, WORDS)
    assert curve_card(like_it, WORDS) is not curve_card(curve, WORDS)
    assert curve_card(curve, languages()["zh-CN"]) != curve_card(curve, WORDS)
