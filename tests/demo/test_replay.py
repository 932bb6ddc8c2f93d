"""A replay shifts the times of real measurements by one constant, and changes nothing else."""

from itertools import pairwise

import pytest

from demo.replay import METRIC, laboratory_values, replay, span_ms
from demo.slices import DATA, rows
from traceability.telemetry.metrics import METRICS

SERIES = ["weather", "weather_gap", "soil_1", "soil_2"]
NOW_MS = 1_795_300_200_000
MINUTE_MS = 60_000
IN_SOURCE_UNIT = {"pressure": 100, "rainfall": 0.001, "soil_moisture": 0.01}


@pytest.mark.parametrize("name", SERIES)
def test_a_replay_keeps_every_value_as_recorded(name):
    recorded = [float(row["value"]) for row in rows(DATA / f"{name}.csv.gz")]

    replayed = [
        pytest.approx(value / IN_SOURCE_UNIT.get(metric, 1))
        for reading in replay(name, NOW_MS)
        for metric, value in reading.values.items()
    ]

    assert recorded == replayed


@pytest.mark.parametrize("name", SERIES)
def test_a_replay_ends_when_told_and_moves_with_it(name):
    times = [reading.taken_at_ms for reading in replay(name, NOW_MS)]

    assert times[-1] == NOW_MS
    assert times[0] == NOW_MS - span_ms(name)
    assert times == sorted(set(times))
    assert [reading.taken_at_ms for reading in replay(name, NOW_MS + 1)] == [time + 1 for time in times]


def test_a_missing_stretch_stays_as_long_as_it_was():
    times = [reading.taken_at_ms for reading in replay("weather_gap", NOW_MS)]

    gaps = [after - before for before, after in pairwise(times)]

    assert max(gaps) == 80 * MINUTE_MS
    assert set(gaps) == {10 * MINUTE_MS, 80 * MINUTE_MS}


def test_readings_of_one_time_come_as_one():
    first = next(iter(replay("weather", NOW_MS)))

    assert set(first.values) == {
        "air_temperature", "relative_humidity", "pressure", "rainfall", "wind_speed", "par"
    }  # fmt: skip


def test_every_metric_is_one_that_the_gateway_knows():
    assert {metric for metric, _ in METRIC.values()} <= set(METRICS)


def test_the_laboratory_measured_twelve_fruits():
    assert len(laboratory_values("soluble_solids")) == len(laboratory_values("firmness")) == 12
