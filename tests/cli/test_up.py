"""`guoji up` finds free ports, starts again what dies, and ends all that it started."""

import errno
import json
import os
import signal
import socket
import sys
import threading
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog
from structlog.testing import capture_logs

from traceability.cli import supervisor as supervisor_module
from traceability.cli.kept_ports import KeptPorts
from traceability.cli.loop import every
from traceability.cli.supervisor import Child, Supervisor, program
from traceability.cli.up import _with_addresses
from traceability.errors import Unavailable
from traceability.settings import Settings

LOG = structlog.get_logger()
SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open(sys.argv[1], 'w'); "
    "time.sleep(60)",
]
"""Makes the file that is named once it is deaf."""


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor(tmp_path, LOG)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def watched(supervisor):
    """The supervisor at its work."""
    stop = threading.Event()
    watcher = threading.Thread(target=supervisor.watch, args=(stop,))
    watcher.start()
    yield supervisor
    stop.set()
    watcher.join()


def pid_in(folder, name):
    """None while the file is being written."""
    text = (folder / f"{name}.pid").read_text()
    return int(text) if text else None


def wait_until(reached, within_s=60):
    give_up_at_s = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.02)


def test_a_taken_port_gives_another_one_and_says_so(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken, capture_logs() as said:
        port = taken.getsockname()[1]
        settings = _with_addresses(
            Settings.read({"GUOJI_HOME": str(tmp_path), "GUOJI_HTTP_PORT": str(port)}), LOG
        )

    assert settings.http_port not in (0, port)
    warned = {"event": "port is taken", "log_level": "warning", "of": "web", "wanted": port}
    assert said[0] == warned | {"using": settings.http_port}


def test_after_a_restart_each_part_listens_where_it_did_though_the_usual_port_is_free_again(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = Settings.read({"GUOJI_HOME": str(tmp_path), "GUOJI_HTTP_PORT": str(port)})
        before = _with_addresses(given, LOG)

    after = _with_addresses(given, LOG)

    assert after == before
    assert after.http_port != port


def test_ports_that_a_loss_of_power_tore_are_chosen_as_at_the_first_start(tmp_path):
    (tmp_path / "ports.json").write_text('{"web 0": 80')

    assert KeptPorts(tmp_path / "ports.json", LOG).port("web", "127.0.0.1", 0) > 0


def test_where_the_last_port_is_taken_another_one_is_used_and_kept_and_that_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken, capture_logs() as said:
        last = taken.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"mqtt 0": last}))
        port = KeptPorts(tmp_path / "ports.json", LOG).port("mqtt", "127.0.0.1", 0)

    assert [(each["of"], each["wanted"], each["using"]) for each in said] == [("mqtt", last, port)]
    assert KeptPorts(tmp_path / "ports.json", LOG).port("mqtt", "127.0.0.1", 0) == port


def test_what_has_an_address_is_not_given_another(tmp_path):
    given = {"GUOJI_HOME": str(tmp_path), "GUOJI_MQTT_URL": "mqtt://far:1", "GUOJI_RPC_URL": "http://far:2"}

    settings = _with_addresses(Settings.read(given), LOG)

    assert (settings.mqtt_url, settings.rpc_url) == ("mqtt://far:1", "http://far:2")


def test_what_is_killed_is_started_again_under_another_pid(watched, tmp_path):
    watched.add(Child("sleeper", partial(program, SLEEPS)))
    first = pid_in(tmp_path, "sleeper")

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: pid_in(tmp_path, "sleeper") not in (None, first))


def test_what_dies_at_once_is_waited_for_longer_each_time(watched):
    child = Child("dying", partial(program, [sys.executable, "-c", "exit(3)"]))

    with capture_logs() as said:
        watched.add(child)
        wait_until(lambda: len(said) == 2)

    assert [(line["process"], line["exit"], line["in_s"]) for line in said] == [
        ("dying", 3, 1),
        ("dying", 3, 2),
    ]


def test_the_last_started_ends_first_and_what_does_not_listen_is_killed(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr("traceability.cli.supervisor.GRACE_S", 0.2)
    supervisor.add(Child("first", partial(program, SLEEPS)))
    supervisor.add(Child("deaf", partial(program, [*STUBBORN, str(tmp_path / "is deaf")])))
    wait_until((tmp_path / "is deaf").exists)
    pids = [pid_in(tmp_path, name) for name in ("first", "deaf")]

    with capture_logs() as said:
        supervisor.stop()

    assert [line["process"] for line in said] == ["deaf"]
    assert list(tmp_path.glob("*.pid")) == []
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_a_role_needs_may_be_away_which_is_said_once_and_tried_again(monkeypatch):
    stop, tries, waits = threading.Event(), [], []

    def step():
        tries.append(len(tries))
        if len(tries) == 6:
            stop.set()
        elif len(tries) > 1:
            raise Unavailable("nobody answers")

    monkeypatch.setattr(stop, "wait", waits.append)
    with capture_logs() as said:
        every(2, step, stop, LOG)

    assert waits == [2, 4, 8, 16, 30, 2]
    assert [line["event"] for line in said] == ["waiting", "going on"]
    assert said[0]["reason"] == "nobody answers"


def test_what_starved_on_a_full_disk_is_started_again_once_there_is_room(watched, tmp_path, monkeypatch):
    room = {"free": 1}
    monkeypatch.setattr(supervisor_module, "disk_usage", lambda _folder: SimpleNamespace(**room))
    watched.add(Child("broker", partial(program, SLEEPS), starves_in=tmp_path))
    starving = pid_in(tmp_path, "broker")
    time.sleep(0.5)
    assert pid_in(tmp_path, "broker") == starving

    room["free"] = supervisor_module.ROOM_BYTES

    wait_until(lambda: pid_in(tmp_path, "broker") not in (None, starving))


def test_a_disk_too_full_for_a_note_of_the_process_does_not_keep_it_from_running(tmp_path, monkeypatch):
    supervisor = Supervisor(tmp_path, LOG)
    monkeypatch.setattr(Path, "write_text", no_room)
    child = Child("sleeper", partial(program, SLEEPS))

    supervisor.add(child)

    assert child.process.poll() is None
    supervisor.stop()


def no_room(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
