"""The script that prints the figures of docs/benchmarks/ingest.md runs; how fast, is not asked here."""

import shutil
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is missing"),
    pytest.mark.skipif(
        shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None,
        reason="the Debian package mosquitto is missing",
    ),
]


def rows_of(*options):
    words = [sys.executable, "-m", "bench.ingest.measure", "--databases", "SQLite", *options]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    cells = [line.strip("| ").split(" | ") for line in ran.stdout.splitlines() if line.startswith("| ")]
    return [row for row in cells if row[0] in ("Mosquitto", "NATS", "SQLite")]


def test_each_side_takes_in_all_that_is_sent():
    rows = rows_of("--parts", "speed", "--messages", "800", "--rounds", "1", "--sides", "Guoji", "bare loop")

    assert [row[:4] for row in rows] == [
        [broker, "SQLite", readings, by]
        for broker in ("Mosquitto", "NATS")
        for readings in ("1", "50")
        for by in ("Guoji", "bare loop")
    ]


def test_a_killed_gateway_loses_nothing():
    [row] = rows_of("--parts", "kill", "--messages", "4000", "--sides", "Guoji")

    acknowledged, _stored_before, lost, twice = row[2:]
    assert (acknowledged, lost, twice) == ("4,000", "0", "0")


@pytest.mark.soak
def test_ten_minutes_under_load_take_no_more_memory_than_the_first(rounds):
    seconds = 600 if rounds == 50 else 60

    rows = rows_of("--parts", "soak", "--seconds", str(seconds), "--rate", "1000")

    for row in rows:
        after_10_s, _at_end, most = (int(mib.replace(",", "")) for mib in row[-3:])
        assert most <= after_10_s + 16
