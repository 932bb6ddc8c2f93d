"""A notifier that is killed in the middle of a delivery sends it again; what it did not see it finds."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from tests.builders import FARM, a_harvest
from tests.ledger.subscribing import START_MS
from traceability.cli.main import main
from traceability.ledger import notify
from traceability.ledger.capture import capture
from traceability.ledger.grant import Grant
from traceability.ledger.notify import deliver, look
from traceability.wiring import ledger, partner_post

LONG_S = 60
"""Nothing here takes as long; a test that fails waits for it."""


@contextmanager
def a_receiver(goes_on):
    """Answers once `goes_on` is set; remembers the ID and the number of events of each delivery."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            events = body["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            came.append((self.headers["webhook-id"], len(events)))
            goes_on.wait(LONG_S)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", came
    finally:
        goes_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def home(settings, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    monkeypatch.setenv("GUOJI_SUBSCRIPTION_LOOPBACK", "true")
    return settings


def subscribe(settings, store, dest):
    store.tokens.issue("erp", Grant("capture", FARM, "erp"))
    grant = store.tokens.named("erp")
    serving = ledger(settings, store)
    serving.queries.add(b'{"name": "all", "query": {}}', FARM, {})
    subscriptions = notify.replace(serving.subscriptions, check_dest=lambda _: None)
    return subscriptions.add("all", json.dumps({"dest": dest, "stream": True}).encode(), grant)


def record(store, *kilograms):
    capture([a_harvest(kg=each) for each in kilograms], FARM, store.events, START_MS)
    store.log.integrate(1_000)


def wait_until(reached):
    give_up_at_s = time.monotonic() + LONG_S
    while not reached():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.02)


def test_what_a_killed_notifier_was_sending_comes_again_and_nothing_is_missing(home, store):
    goes_on = Event()
    with a_receiver(goes_on) as (dest, came):
        made = subscribe(home, store, dest)
        record(store, 1, 2)
        command = [sys.executable, "-m", "traceability.cli.main", "notify"]
        killed = subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: came)
        finally:
            killed.kill()
            killed.wait()
        record(store, 3)
        goes_on.set()
        now_ms = notify.LEASE_MS + time.time_ns() // 1_000_000
        post = partner_post(notify.replace(home, subscription_loopback=True))
        parts = store.notices, store.log_events, store.tokens
        while look(*parts, now_ms) or deliver(*parts, post, now_ms):
            pass

    assert came == [(f"{made.id}-1", 2), (f"{made.id}-1", 2), (f"{made.id}-2", 1)]


def test_the_operator_sees_what_was_given_up_and_has_it_tried_again(home, store, capsys, monkeypatch):
    monkeypatch.setattr(notify, "MOST_TRIES", 1)
    made = subscribe(home, store, "https://gone.example/\x1b[31m")
    record(store, 1)
    parts = store.notices, store.log_events, store.tokens
    look(*parts, START_MS)
    deliver(*parts, lambda *_: 500, START_MS)

    assert main(["subscriptions", "list"]) == 0
    shown = capsys.readouterr().out
    assert f"{made.id}\t{FARM}\tall\tstream\t" in shown
    assert "waiting 0\tdead 1\tits receiver answered 500, want 2xx" in shown
    assert main(["subscriptions", "dead"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{made.id}-1\thttps://gone.example/")
    assert "\x1b" not in shown
    assert main(["subscriptions", "again", f"{made.id}-1"]) == 0
    assert main(["subscriptions", "again", f"{made.id}-1"]) == 65
    assert deliver(*parts, lambda *_: 200, time.time_ns() // 1_000_000)[1] == "sent"
