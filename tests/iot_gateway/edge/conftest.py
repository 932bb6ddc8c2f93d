"""A centre that comes and goes, a box as a process, and devices that note what they were promised."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import structlog
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import select

from iot_gateway import gateway
from iot_gateway.broker import start_broker
from iot_gateway.edge.bundle import Bundle
from iot_gateway.edge.home import BoxHome
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import GATEWAY, Address
from traceability.children import die_with_parent
from traceability.errors import Refused
from traceability.log.note import NoteVerifier
from traceability.ports import free_port, promise, take_port
from traceability.store.arrivals import ArrivalTable
from traceability.store.readings import ReadingTable, reading
from traceability.store.schema import open_engine

GUOJI = [sys.executable, "-m", "traceability.cli.main"]
WITHIN_S = 90


def wait_until(reached, within_s=WITHIN_S):
    give_up_at_s = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.05)


def a_payload(alias, number, epoch=9):
    records = [
        {"bn": f"{alias}:", "bt": 1.7e9 + number, "n": "epoch", "u": "count", "v": epoch},
        {"n": "seq", "u": "count", "v": number},
        {"n": "battery", "u": "%EL", "v": number % 100},
    ]
    return json.dumps(records).encode()


class Centre:
    """A broker that can be killed and started again, a gateway that waits for it, and a store."""

    def __init__(self, folder, passwords, database, signer):
        self._folder, self._passwords, self.signer = folder, passwords, signer
        self.port, self._native_port = take_port(), take_port()
        self._engine, self._stop, self._broker = open_engine(database), threading.Event(), None
        address = Address("127.0.0.1", self._native_port, GATEWAY, passwords[GATEWAY])
        log = structlog.get_logger()
        self._inbox = JetStreamInbox(address, log)
        table = ArrivalTable(self._engine)
        self._gateway = threading.Thread(
            target=gateway.run, args=(self._inbox, table, signer, 60, self._stop, log)
        )
        self.readings = ReadingTable(self._engine)

    def start(self):
        if self._broker is None:
            self._broker = start_broker(
                self._folder, self._passwords, port=self.port, native_port=self._native_port
            )
        if not self._gateway.is_alive():
            self._gateway.start()

    def kill_broker(self):
        if self._broker is not None:
            self._broker.process.kill()
            self._broker.process.wait()
        self._broker = None

    def close(self):
        self._stop.set()
        if self._gateway.is_alive():
            self._gateway.join()
        self._inbox.close()
        self.kill_broker()
        self._engine.dispose()

    def payloads(self, alias):
        """In the order in which they arrived."""
        mine = select(reading.c.payload).where(reading.c.device == alias).order_by(reading.c.arrival)
        with self._engine.connect() as connection:
            return list(connection.execute(mine).scalars())


@dataclass
class Box:
    """`guoji edge` in a home of its own."""

    home: Path
    port: int
    given: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self):
        return {
            **os.environ,
            "GUOJI_HOME": str(self.home),
            "GUOJI_MQTT_PORT": str(self.port),
            **self.given,
        }

    def start(self):
        with (self.home / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [*GUOJI, "edge"], env=self.environment, stdout=said, stderr=said, preexec_fn=die_with_parent
            )

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def said(self):
        return (self.home / "said").read_text(errors="replace")

    def says(self, words):
        wait_until(lambda: words in self.said())

    def guoji(self, *words):
        return subprocess.run(
            [*GUOJI, *words], env=self.environment, capture_output=True, text=True, check=False
        )

    def is_empty(self):
        """Whether receipts cover everything."""
        devices = self.guoji("edge", "status").stdout.splitlines()[1:]
        return bool(devices) and all("\tkept 0\t" in line for line in devices)


class Publisher:
    """A simple device: QoS 1, no buffer of its own. What its broker has acknowledged, it forgets."""

    def __init__(self, alias, password, port):
        self.alias = alias
        self.promised: list[bytes] = []
        """What the box has acknowledged."""
        self._under_way: dict[int, bytes] = {}
        self._early: set[int] = set()
        self._guard = threading.Lock()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"{alias}-{id(self)}", protocol=MQTTv311)
        self._client.username_pw_set(alias, password)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = lambda _client, _data, mid, *_: self._acknowledged(mid)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def _acknowledged(self, mid):
        with self._guard:
            payload = self._under_way.pop(mid, None)
            if payload is None:
                self._early.add(mid)  # before `publish` has said which it is
            else:
                self.promised.append(payload)

    def waiting(self):
        with self._guard:
            return len(self._under_way)

    def publish(self, payload, topic=None):
        mid = self._client.publish(topic or f"guoji/v1/{self.alias}/readings", payload, qos=1).mid
        with self._guard:
            if mid in self._early:
                self._early.remove(mid)
                self.promised.append(payload)
            else:
                self._under_way[mid] = payload

    def settle(self):
        """Until the box has acknowledged everything."""
        wait_until(lambda: not self.waiting())

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def centre(tmp_path, passwords, database, signer):
    centre = Centre(tmp_path / "centre", passwords, database, signer)
    yield centre
    centre.close()


@pytest.fixture
def bundle(centre, passwords):
    """What `guoji edge bundle` would write."""
    devices = {alias: password for alias, password in passwords.items() if alias != GATEWAY}
    return Bundle(f"mqtt://127.0.0.1:{centre.port}", None, (NoteVerifier.of(centre.signer),), devices)


def a_port_to_be_taken():
    """By a process of its own. That it is free is not enough: other tests were promised hundreds."""
    while True:
        port = free_port("127.0.0.1", 0)
        with suppress(Refused):
            promise(port).close()
            return port


@pytest.fixture
def box(tmp_path, bundle):
    """Not started yet."""
    BoxHome(tmp_path / "box").take(bundle)
    box = Box(tmp_path / "box", a_port_to_be_taken())
    yield box
    box.stop()


@pytest.fixture
def publisher(box, passwords):
    """Makes devices that publish to the box."""
    made = []

    def make(alias):
        made.append(Publisher(alias, passwords[alias], box.port))
        return made[-1]

    yield make
    for each in made:
        each.close()
