"""`guoji simulate` beside a running installation: the examples of its page, and an end by Ctrl-C."""

import json
import re
import shlex
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.system.running import GUOJI

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^guoji (simulate .*)$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def running(installed):
    running = installed()
    running.up()
    return running


def simulate(running, words, folder):
    return subprocess.run(
        [*GUOJI, *shlex.split(words)],
        env=running.environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_examples_of_the_page_do_what_it_says(running, tmp_path):
    stored = 0
    for words in EXAMPLES:
        before = running.store.counts.all()["readings"]
        done = simulate(running, words, tmp_path)

        assert done.returncode == 0, done.stderr
        sent = int(re.search(r"(\d+) of \1 readings are stored", done.stdout)[1])
        assert running.store.counts.all()["readings"] - before == sent > 0
        stored += sent

    run, *told = map(json.loads, (tmp_path / "truth.jsonl").read_text().splitlines())
    assert run["devices"] == ["sim-0001", "sim-0002", "sim-0003"]
    assert Counter(each["device"] for each in told if each["fault"] == "silence").keys() == {"sim-0002"}
    sealing = running.store.sealing
    running.wait_for("a batch of each", lambda: not any(sealing.unsealed(each, 1) for each in run["devices"]))
    found = running.store.farm.findings(run["devices"], 0, 1_000)
    gaps = Counter(each["device"] for each in told if each["fault"] == "gap")
    assert gaps == Counter(
        {
            alias: sum(each.count for each in found if (each.kind, each.device) == ("gap", alias))
            for alias in run["devices"]
        }
    )


def test_ctrl_c_ends_it_with_a_summary(running, tmp_path):
    words = "simulate --devices 2 --register --model truck --every 50ms"
    process = subprocess.Popen(
        [*GUOJI, *words.split()], env=running.environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    before = running.store.counts.all()["readings"]
    running.wait_for("readings", lambda: running.store.counts.all()["readings"] > before + 20)

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)

    assert process.returncode == 0
    assert re.search(r"2 devices: (\d+) of \1 readings are stored", said)
