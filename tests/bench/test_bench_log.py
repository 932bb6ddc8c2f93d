"""The scripts that print the figures of docs/benchmarks/log.md run; how fast, is not asked here."""

import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "log"


def test_the_merkle_bench_prints_a_row_for_each_thing_it_measures():
    tiny = ["--size", "300", "--rounds", "1", "--checks", "1"]

    ran = subprocess.run(
        [sys.executable, BENCH / "merkle.py", *tiny], capture_output=True, text=True, check=True, timeout=60
    )

    rows = [line.split(" | ")[0] for line in ran.stdout.splitlines() if line.startswith("| ")]
    assert [row.lstrip("| ") for row in rows[1:]] == [
        "a bare chain of 9 hashes",
        "`check_inclusion`",
        "pymerkle 7.0.0",
        "a bare loop over all 299 nodes",
        "`root_of`",
        "`tiles.extend`",
    ]


def test_the_bench_of_integrating_prints_a_table_for_each_way():
    ran = subprocess.run(
        [sys.executable, BENCH / "integrate.py", "--size", "5000"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    assert ran.stdout.count("| entries | entries/s by the clock | of processor time | memory |\n") == 4
    assert len(re.findall(r"^\| 5,000 \| [\d,]+ \| [\d,]+ \| \d+ MiB \|$", ran.stdout, re.MULTILINE)) == 4
