"""The alert role takes changed rules over while it runs; where they are spoilt, the last sound ones go on."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.alerts.farm import WARM, Farm
from tests.alerts.sinks import webhook_sink
from traceability.cli.alert import PlanFiles
from traceability.cli.main import main
from traceability.errors import InvalidInput
from traceability.store.schema import open_engine

RULE = '[[rule]]\nname = "too warm"\nhigh = {high}\nsettle_s = 0\n'
TARGET = '[[target]]\nname = "ops"\nwebhook = "http://127.0.0.1:{port}/"\nsecret_file = "ops.secret"\n'
LONG_S = 60
"""Nothing here takes as long; a test that fails waits for it."""


class Log:
    def __init__(self):
        self.errors = []

    def error(self, event, reason):
        self.errors.append(f"{event}: {reason}")


def write(settings, text, name="alerts.toml"):
    (settings.home / name).write_text(text)


def limits(files):
    return [rule.high for rule in files.plan.rules]


def test_rules_that_were_changed_are_read_again_and_others_are_not(settings):
    files, log = PlanFiles(settings), Log()
    assert (limits(files), files.changed(log)) == ([], False)

    write(settings, RULE.format(high=4))
    assert (files.changed(log), limits(files)) == (True, [4])
    assert not files.changed(log)

    write(settings, RULE.format(high=5.5))
    assert (files.changed(log), limits(files)) == (True, [5.5])

    (settings.home / "alerts.toml").unlink()
    assert (files.changed(log), limits(files)) == (True, [])
    assert log.errors == []


def test_a_profile_that_was_changed_changes_the_rules_that_go_by_it(settings):
    profile = (
        '[profile.own]\nzh = "x"\nen = "x"\nlow = 0\nhigh = {}\nhysteresis = 0\nlimits = "ours"\n'
        'shelf_life = {{ celsius = 0, days = [1, 2], q10 = "typical", source = "ours" }}\n'
    )
    write(settings, profile.format(3), "cold-chain.toml")
    write(settings, '[[rule]]\nname = "warm"\nprofile = "own"\n')
    files = PlanFiles(settings)

    write(settings, profile.format(7), "cold-chain.toml")

    assert (limits(files), files.changed(Log()), limits(files)) == ([3], True, [7])


@pytest.mark.parametrize("spoilt", ["[[rule", RULE.format(high="warm"), "\udcff"])
def test_rules_that_were_spoilt_are_said_once_and_those_before_go_on(settings, spoilt):
    write(settings, RULE.format(high=4))
    files, log = PlanFiles(settings), Log()

    (settings.home / "alerts.toml").write_bytes(spoilt.encode(errors="surrogateescape"))

    assert [files.changed(log) for _ in range(3)] == [False] * 3
    assert limits(files) == [4]
    [said] = log.errors
    assert said.startswith("the new rules do not count, those before go on: ")


def test_rules_that_are_spoilt_at_the_start_stop_it(settings):
    write(settings, "[[rule")

    with pytest.raises(InvalidInput, match="alerts:"):
        PlanFiles(settings)


@pytest.fixture
def home(settings, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    return settings


def test_a_check_says_whom_each_rule_watches_and_whom_it_tells(home, capsys, monkeypatch):
    farm = Farm(open_engine(home.database_url), [WARM])
    farm.has("truck-1", "shed-1")
    silent = '[[rule]]\nname = "silent"\ndevices = ["tuck-*"]\nsilent_after_s = 900\n'
    write(home, RULE.format(high=4) + silent + TARGET.format(port=1))
    write(home, "whsec_" + "A" * 32, "ops.secret")
    (home.home / "ops.secret").chmod(0o600)

    assert main(["alerts", "check"]) == 65
    assert "want https; only to this machine may a setting allow http" in capsys.readouterr().err
    monkeypatch.setenv("GUOJI_ALERT_LOOPBACK", "true")
    assert main(["alerts", "check"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "rule\ttoo warm\tair_temperature to 4\tshed-1 truck-1",
        "rule\tsilent\tsilent for 900 s\twatches no device",
        "target\tops",
    ]
    farm.engine.dispose()


def test_a_check_says_that_nothing_is_watched(home, capsys):
    assert main(["alerts", "check"]) == 0

    assert capsys.readouterr().out == f"nothing is watched: there is no {home.home / 'alerts.toml'}\n"


@pytest.mark.slow
def test_a_role_that_runs_tells_by_the_new_rules_and_ends_at_sigterm(home):
    farm = Farm(open_engine(home.database_url))
    farm.now = int(time.time() * 1000)
    farm.has("truck-1")
    write(home, "whsec_" + "A" * 32, "ops.secret")
    (home.home / "ops.secret").chmod(0o600)
    with webhook_sink() as sink:
        rules = RULE + TARGET.format(port=sink.port)
        write(home, rules.format(high=4))
        with role(home) as running:
            wait_until_it_watches(running)
            farm.send("truck-1", 9)
            assert told(sink, 1) == "air_temperature to 4"

            write(home, rules.format(high=6).replace("too warm", "much too warm"))
            wait_until_it_watches(running)
            farm.send("truck-1", 9)
            assert told(sink, 2) == "air_temperature to 6"

            running.send_signal(signal.SIGTERM)
            assert running.wait(LONG_S) == 0
    farm.engine.dispose()


@contextmanager
def role(home):
    environment = {**os.environ, "GUOJI_HOME": str(home.home), "GUOJI_ALERT_LOOPBACK": "true"}
    command = [sys.executable, "-m", "traceability.cli.main", "alert"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def wait_until_it_watches(running):
    assert any("watching" in line for line in running.stderr)


def told(sink, notices):
    """The limits that the newest of so many notices is about."""
    give_up_at_s = time.monotonic() + LONG_S
    while len(sink.came) < notices:
        assert time.monotonic() < give_up_at_s
        time.sleep(0.02)
    return json.loads(sink.came[-1][2])["alerts"][0]["limits"]
