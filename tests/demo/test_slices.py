"""The committed slices are what `demo.slices` cuts out of the full data sets."""

import gzip
from pathlib import Path

import pytest

from demo.slices import CUTS, DATA, cut, main, rows

FULL = Path(__file__).parents[3] / "shared" / "data" / "replay"


def test_the_slices_together_stay_under_300_kb():
    assert sum(path.stat().st_size for path in DATA.glob("*.csv.gz")) < 300_000


def test_the_weather_slice_holds_the_loose_wire_and_the_failing_probes():
    weather = list(rows(DATA / "weather.csv.gz"))

    coldest = min(float(row["value"]) for row in weather if row["metric"] == "air_temperature")
    driest = min(float(row["value"]) for row in weather if row["metric"] == "relative_humidity")
    lowest = min(float(row["value"]) for row in weather if row["metric"] == "pressure")

    assert (coldest, driest, lowest) == (-90, -2.852, 0)


def test_the_notice_names_every_slice_and_its_licence():
    notice = (DATA / "NOTICE.md").read_text(encoding="utf-8")

    assert all(f"`{wanted.name}.csv.gz`" in notice for wanted in CUTS)
    assert all(licence in notice for licence in ("CC0 1.0", "CC BY 4.0", "MIT License"))


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path, capsys):
    assert main([str(tmp_path / "absent")]) == 64
    assert "usage" in capsys.readouterr().err


def test_a_cut_takes_both_ends_and_nothing_else_not_even_the_time(tmp_path):
    wanted = CUTS[-1]
    lines = [
        "device_id,ts_utc_iso,metric,value,unit",
        "f,2021-10-28T23:59:59Z,firmness,1,unstated",
        "f,2021-10-29T00:00:00Z,firmness,2,unstated",
        "f,2021-10-29T23:59:59Z,marketable,3,1",
        "f,2021-10-29T23:59:59Z,firmness,4.50,unstated",
        "f,2021-10-30T00:00:00Z,firmness,5,unstated",
    ]
    (tmp_path / f"{wanted.source}.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))

    content = cut(wanted, tmp_path)

    assert gzip.decompress(content).decode().splitlines() == [lines[0], lines[2], lines[4]]
    assert content[4:8] == bytes(4)


# The full data sets are not part of the repository; where they lie beside it, the slices are cut again.
if FULL.is_dir():

    @pytest.mark.slow
    @pytest.mark.parametrize("wanted", CUTS, ids=lambda wanted: wanted.name)
    def test_cutting_again_gives_the_committed_slice(wanted):
        committed = (DATA / f"{wanted.name}.csv.gz").read_bytes()

        assert gzip.decompress(cut(wanted, FULL)) == gzip.decompress(committed)
