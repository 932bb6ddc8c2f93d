"""Many real listeners of a real server in several processes: all are told the newest state."""

import os
import signal
from pathlib import Path

import pytest

from bench.live import overlays
from bench.live.overlays import OURS, installed, listening, serving, show
from traceability.own_store import open_store
from traceability.settings import Settings


@pytest.mark.parametrize(
    "count", [pytest.param(200, marks=pytest.mark.slow), pytest.param(10_000, marks=pytest.mark.soak)]
)
def test_all_hear_the_newest_state_and_whoever_a_killed_worker_cut_off_is_let_in_again(
    tmp_path, monkeypatch, count
):
    monkeypatch.setattr(overlays, "PAUSE_S", (0.1, 0.2))
    environment = installed(tmp_path, workers=2)
    air = open_store(Settings.read(environment)).air
    show(air, 1)
    with serving(OURS.command, environment):
        with listening(environment, OURS, count) as heard:
            for number in (2, 3):
                show(air, number)
            heard.wait_for(3)
        killed = Path(environment["GUOJI_HOME"], "run", "serve-1.pid")
        os.kill(int(killed.read_text()), signal.SIGKILL)
        with listening(environment, OURS, count) as again:
            show(air, 4)
            again.wait_for(4)

    assert (len(heard.at_ns[3]), heard.lost) == (count, 0)
    assert (len(again.at_ns[4]), again.lost) == (count, 0)
