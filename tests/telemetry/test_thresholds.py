"""The table of thresholds holds for every metric, and a site or a journey may change single numbers."""

from pathlib import Path

import pytest

from tests.builders import FARM, FIELD, STATION
from traceability.errors import InvalidInput
from traceability.telemetry.device import Device
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.thresholds import LIMITS, THRESHOLDS, parse_thresholds

SITE = "https://id.gs1.org/414/9521234567899"


def a_device(place=SITE, cold_chain=False):
    return Device("cold-7", STATION, FARM, {}, place, cold_chain=cold_chain)


def test_every_metric_has_limits_and_no_other():
    assert set(LIMITS) == set(METRICS)
    assert set(THRESHOLDS.of(a_device(FIELD, cold_chain=True))) == set(METRICS)


def test_every_limit_leaves_room():
    for limits in LIMITS.values():
        assert limits.low < limits.high
        assert limits.rests is None or limits.rests[0] <= limits.rests[1]


def test_the_documented_table_is_the_one_in_use():
    lines = (Path(__file__).parents[2] / "docs/findings.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| `")]
    documented = {row[0]: tuple(row[1:]) for row in rows if len(row) == 10}

    assert documented == {name: a_row(name) for name in LIMITS}


def a_row(name):
    limits = LIMITS[name]
    rests = "" if limits.rests is None else "{} to {}".format(*limits.rests)
    numbers = [limits.low, limits.high, limits.stuck_after_s, limits.stuck_within or None]
    numbers += [limits.jump, limits.noise, limits.differs]
    cells = ["" if number is None else str(number) for number in numbers]
    return (METRICS[name].unit or "", *cells[:4], rests, *cells[4:])


@pytest.mark.parametrize("place", [SITE, f"{SITE}/254/ROW-7"])
def test_a_site_changes_what_it_names_for_all_its_parts(place):
    thresholds = parse_thresholds(f'[site."{SITE}".air_temperature]\nlow = -30\n', THRESHOLDS)

    here, elsewhere = thresholds.of(a_device(place)), thresholds.of(a_device(f"{SITE}9"))

    assert (here["air_temperature"].low, here["air_temperature"].high) == (-30, 65)
    assert elsewhere == LIMITS


def test_a_part_of_a_site_goes_before_the_site_and_the_site_before_what_travels():
    thresholds = parse_thresholds(
        f"""
        [site."{SITE}/254/ROW-7".air_temperature]
        jump = 3
        [site."{SITE}".air_temperature]
        jump = 4
        """,
        THRESHOLDS,
    )

    jumps = [
        thresholds.of(a_device(place, cold_chain))["air_temperature"].jump
        for place, cold_chain in [(f"{SITE}/254/ROW-7", True), (SITE, True), (FIELD, True), (FIELD, False)]
    ]

    assert jumps == [3, 4, THRESHOLDS.travelling["air_temperature"]["jump"], LIMITS["air_temperature"].jump]


def test_an_operators_file_changes_single_numbers_of_a_metric():
    limits = parse_thresholds("[metric.pressure]\nlow = 60000", THRESHOLDS).of(a_device())

    assert (limits["pressure"].low, limits["pressure"].high) == (60_000, LIMITS["pressure"].high)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("low = ", "no TOML"),
        ("[metrics.pressure]\nlow = 1", "'metrics'"),
        ("[metric.joy]\nlow = 1", "'joy'"),
        ("[metric.pressure]\nlowest = 1", "'lowest'"),
        ("[metric.pressure]\nlow = '1'", "metric.pressure: low is 1"),
        ("[metric.pressure]\nlow = true", "low is True"),
        ("[metric.pressure]\nlow = nan", "low is nan"),
        ("[metric.relative_humidity]\nrests = 99", "want 2 numbers"),
        ("[metric.relative_humidity]\nrests = [99]", "want 2 numbers"),
        ("[metric]\npressure = 1", "metric.pressure is '1'"),
        ("metric = 1", "metric is '1'"),
        ("[site]\nhere = 1", "site here is '1'"),
    ],
)
def test_a_wrong_table_is_refused_by_name(text, named):
    with pytest.raises(InvalidInput, match=named):
        parse_thresholds(text, THRESHOLDS)
