"""What devices measure when nothing is wrong with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.simulate.models import MODELS, orchard
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.thresholds import LIMITS

START_MS = 1_790_000_000_000
YEAR_MS = 31_557_600_000
moments = st.integers(START_MS, START_MS + YEAR_MS)


@pytest.mark.parametrize("name", MODELS)
@given(seed=st.integers(0, 99), at_ms=moments)
def test_the_same_seed_device_and_time_measure_the_same(name, seed, at_ms):
    assert MODELS[name](seed, "a", at_ms) == MODELS[name](seed, "a", at_ms)


@pytest.mark.parametrize("name", MODELS)
def test_another_seed_or_device_measures_something_else(name):
    def day(seed, alias):
        return [MODELS[name](seed, alias, START_MS + hour * 3_600_000) for hour in range(24)]

    assert day(1, "a") != day(2, "a")
    assert day(1, "a") != day(1, "b")


@pytest.mark.parametrize("name", MODELS)
@given(seed=st.integers(0, 99), at_ms=moments)
def test_everything_measured_is_a_metric_that_can_be(name, seed, at_ms):
    for metric, value in MODELS[name](seed, "a", at_ms).items():
        assert isinstance(value, bool) == (METRICS[metric].unit is None)
        assert LIMITS[metric].allow(value)


@given(seed=st.integers(0, 99), at_ms=moments)
def test_two_stations_of_one_orchard_agree(seed, at_ms):
    one, other = orchard(seed, "a", at_ms), orchard(seed, "b", at_ms)

    for metric, value in one.items():
        differs = LIMITS[metric].differs
        assert differs is None or abs(value - other[metric]) < differs
