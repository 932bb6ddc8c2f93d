"""The Q10 model agrees with the tables it is from, and says nothing where too little is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.cold_chain.exposure import Held
from traceability.cold_chain.profiles import shipped
from traceability.cold_chain.shelf_life import DAY_MS, Band, ShelfLife, remaining
from traceability.errors import InvalidInput

HANDBOOK_66 = ShelfLife(
    0, (100, 100), (Band(0, 10, 3, 3), Band(10, 20, 2.5, 2.5), Band(20, 30, 2, 2), Band(30, 40, 1.5, 1.5))
)
STRAWBERRY = shipped().named("strawberry").shelf_life
DAYS = st.lists(st.tuples(st.integers(1, 5), st.floats(-5, 40)), min_size=1, max_size=6)


def kept(*days_at, start_ms=0):
    """Pieces of so many days at such a temperature, one after the other."""
    pieces, now = [], start_ms
    for days, celsius in days_at:
        pieces.append(Held(now, now + round(days * DAY_MS), celsius))
        now = pieces[-1].to_ms
    return pieces


@pytest.mark.parametrize(
    ("celsius", "rate", "days"), [(0, 1, 100), (10, 3, 33), (20, 7.5, 13), (30, 15, 7), (40, 22.5, 4)]
)
def test_the_worked_example_of_handbook_66_comes_out(celsius, rate, days):
    """Saltveit, Respiratory Metabolism: the effect of temperature on the rate of deterioration."""
    assert HANDBOOK_66.rates(celsius) == pytest.approx((rate, rate))
    assert round(100 / HANDBOOK_66.rates(celsius)[0]) == days


def test_the_shelf_life_of_lettuce_at_5_degrees_comes_out_of_that_at_0():
    """UC Davis, Crisphead Lettuce: 21 to 28 days at 0 degrees, 14 at 5."""
    bands = shipped().named("kiwifruit").shelf_life.bands
    slow, fast = ShelfLife(0, (21, 28), bands).rates(5)

    assert 21 / fast <= 14 <= 28 / slow


def test_the_respiration_of_kiwifruit_at_20_degrees_lies_within_what_the_model_says():
    """UC Davis, Kiwifruit: 1.5 to 2.0 ml CO2 a kilogram and hour at 0 degrees, 15 to 20 at 20: ten times."""
    slow, fast = shipped().named("kiwifruit").shelf_life.rates(20)

    assert slow <= 10 <= fast


@pytest.mark.parametrize(("ratio"), [86 / 9, 143 / 11])
def test_the_respiration_of_spinach_at_20_degrees_lies_within_what_the_model_says(ratio):
    slow, fast = shipped().named("leafy_greens").shelf_life.rates(20)

    assert slow <= ratio <= fast


def test_at_the_reference_temperature_a_day_takes_a_day():
    left = remaining(STRAWBERRY, 0, kept((2, 0)))

    assert left.days == pytest.approx((5, 8))
    assert (left.as_of_ms, left.unknown_ms) == (2 * DAY_MS, 0)


def test_colder_than_the_reference_gives_no_longer_life():
    assert remaining(STRAWBERRY, 0, kept((2, -5))).days == remaining(STRAWBERRY, 0, kept((2, 0))).days


def test_what_is_used_up_is_zero_and_never_less():
    assert remaining(STRAWBERRY, 0, kept((9, 20))).days == (0, 0)


def test_above_the_last_band_the_model_says_nothing():
    assert STRAWBERRY.rates(40.1) is None
    assert remaining(STRAWBERRY, 0, kept((1, 0), (0.1, 41))).days is None


def test_before_the_harvest_nothing_counts():
    left = remaining(STRAWBERRY, 2 * DAY_MS, kept((3, 0)))

    assert left.days == pytest.approx((6, 9))
    assert remaining(STRAWBERRY, 3 * DAY_MS, kept((3, 0))) is None


def test_unknown_time_makes_the_range_wider_and_never_the_outlook_better():
    whole = remaining(STRAWBERRY, 0, kept((2, 4)))
    holed = remaining(STRAWBERRY, 0, [*kept((1, 4)), *kept((0.8, 4), start_ms=round(1.2 * DAY_MS))])

    assert holed.unknown_ms == round(0.2 * DAY_MS)
    assert holed.days[0] == pytest.approx(whole.days[0])
    assert holed.days[1] > whole.days[1]


@pytest.mark.parametrize(("unknown_days", "says"), [(0.24, True), (0.26, False)])
def test_with_more_than_a_fifth_unknown_no_number_is_given(unknown_days, says):
    left = remaining(STRAWBERRY, 0, kept((1, 2), start_ms=round(unknown_days * DAY_MS)))

    assert (left.days is not None) is says
    assert left.unknown_ms == round(unknown_days * DAY_MS)


@given(DAYS)
def test_what_is_left_is_what_counting_hour_by_hour_gives(drawn):
    """The slow twin takes an hour of ageing off, hour by hour."""
    fewest, most = STRAWBERRY.days
    for days, celsius in drawn:
        slow, fast = (1.0, 1.0)
        for band in STRAWBERRY.bands:
            if celsius > band.from_celsius:
                share = (min(celsius, band.to_celsius) - band.from_celsius) / 10
                slow, fast = slow * band.low**share, fast * band.high**share
        for _ in range(days * 24):
            fewest, most = fewest - fast / 24, most - slow / 24

    assert remaining(STRAWBERRY, 0, kept(*drawn)).days == pytest.approx(
        (max(fewest, 0), max(most, 0)), abs=1e-6
    )


@pytest.mark.parametrize(
    "bands",
    [
        (Band(0, 10, 2, 3), Band(11, 20, 2, 3)),
        (Band(1, 10, 2, 3),),
        (Band(0, 10, 3, 2),),
        (Band(0, 10, 0.5, 2),),
    ],
)
def test_bands_with_holes_or_upside_down_are_refused(bands):
    with pytest.raises(InvalidInput):
        ShelfLife(0, (1, 2), bands)
