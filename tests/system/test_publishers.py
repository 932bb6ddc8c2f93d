"""Publishers that are killed on any line, and two of them at once: one log, which goes on."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.audit import audit
from tests.builders import FARM, a_harvest
from traceability.ledger.capture import capture
from traceability.ledger.publish import publish
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteVerifier
from traceability.own_policy import log_signer
from traceability.own_store import open_store
from traceability.settings import PREFIX, Settings
from traceability.store.high_water import HighWaterFile
from traceability.upkeep.installation import make

PROCESS = Path(__file__).with_name("publisher_process.py")
LINES = 400
"""More than a publisher runs through for a few events."""


class Publishers:
    """A log without a chain, and the processes that publish it."""

    def __init__(self, home, database):
        self.given = {"GUOJI_HOME": str(home), **({"GUOJI_DATABASE": database} if database else {})}
        self.settings = Settings.read(self.given)
        make(self.settings)
        self.store = open_store(self.settings)
        self.captured = 0
        self.notes = []
        self.processes = []

    def capture(self, count):
        """New events, and the first one again."""
        numbers = [0, *range(self.captured, self.captured + count)]
        self.captured += count
        taken = capture([a_harvest(kg=each + 1) for each in numbers], FARM, self.store.events, 5)
        assert taken[0].duplicate == (self.captured > count)

    def process(self, *words, home=None, out=subprocess.DEVNULL):
        ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        environment = {**ours, **self.given, **({"GUOJI_HOME": str(home)} if home else {})}
        self.processes.append(
            subprocess.Popen([sys.executable, str(PROCESS), *words], env=environment, stdout=out)
        )
        return self.processes[-1]

    def publish(self):
        signer, mark = log_signer(self.settings), HighWaterFile(self.settings.high_water_file)
        while publish(self.store.log, self.store.checkpoints, mark, signer) is not None:
            pass
        self.remember()

    def remember(self):
        """What was served, or could have been."""
        self.notes += [self.store.checkpoints.newest(), HighWaterFile(self.settings.high_water_file).newest()]

    def check(self):
        """All that was ever signed is one growing tree, which has each event once."""
        verifier, log = NoteVerifier.of(log_signer(self.settings)), self.store.log
        for note in {note for note in self.notes if note}:
            signed = Checkpoint.open(note, verifier)
            assert signed.root == tiles.root(signed.size, log.read_tile)
        audit(self.store, verifier)
        counted = self.store.counts.all()
        assert (counted["events"], counted["events_waiting_for_the_log"]) == (self.captured, 0)


@pytest.fixture(params=["sqlite", "postgresql"])
def publishers(request, tmp_path):
    database = request.getfixturevalue("new_postgresql")() if request.param == "postgresql" else None
    publishers = Publishers(tmp_path / "home", database)
    yield publishers
    for process in publishers.processes:
        process.kill()
        process.wait(60)
    publishers.store.close()


@pytest.mark.timeout(0)
def test_a_publisher_killed_on_any_line_leaves_a_log_that_continues(publishers, rounds):
    step, killed = LINES // (4 * rounds), 0

    for line in range(random.randint(1, step), LINES, step):
        publishers.capture(2)
        killed += publishers.process(str(line)).wait(60) == -signal.SIGKILL
        publishers.remember()
        publishers.publish()

    assert killed >= rounds
    publishers.check()


@pytest.mark.timeout(0)
def test_two_publishers_killed_at_any_moment_keep_one_log(publishers, rounds, tmp_path):
    """On PostgreSQL each has a home of its own, as on two machines, and so a mark of its own."""
    homes = [publishers.settings.home] * 2
    if publishers.settings.database:
        homes[1] = shutil.copytree(publishers.settings.home, tmp_path / "other")
    stop = threading.Event()

    def send():
        while not stop.wait(0.1):
            publishers.capture(2)

    sender = threading.Thread(target=send)
    sender.start()
    with (tmp_path / "signed").open("ab") as out:
        running = [publishers.process(home=home, out=out) for home in homes]
        for number in range(2 * rounds):
            wait_for_more_in(tmp_path / "signed")
            time.sleep(random.uniform(0, 0.5))
            running[number % 2].kill()
            running[number % 2].wait(60)
            running[number % 2] = publishers.process(home=homes[number % 2], out=out)
        wait_for_more_in(tmp_path / "signed")
        stop.set()
        sender.join()
        for each in running:
            each.kill()
            each.wait(60)
    publishers.notes += read_notes(tmp_path / "signed")

    publishers.publish()

    assert len(publishers.notes) > rounds
    publishers.check()


def wait_for_more_in(file):
    """Both publishers may have to start first, and one of them loses each time."""
    size, give_up_at_s = file.stat().st_size, time.monotonic() + 60
    while file.stat().st_size < size + 1_000:
        assert time.monotonic() < give_up_at_s, "nobody publishes"
        time.sleep(0.05)


def read_notes(file):
    return [json.loads(line) for line in file.read_text().splitlines() if line.endswith('"')]
