"""Measures what a NATS server's PUBACK promises, and how fast one process pulls: docs/adr/0026.

    python -m bench.inboxes.measure

Prints a table for each. With nats-py installed (it is none of our requirements), the second has its row too.
"""

import asyncio
import importlib
import importlib.util
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from paho.mqtt.client import Client, MQTTMessageInfo, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from iot_gateway.broker import program, wait_until_open
from iot_gateway.consumer import CONSUMER, STREAM, keep_for_gateways
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import Address
from iot_gateway.nats import Connection, publication
from traceability.ports import take_port

HOST = "127.0.0.1"
PUBLISHED, ROOM, KILLED_AFTER = 1_000, 100, 5_000
PULLED, PAYLOAD = 60_000, b"x" * 150
OWN = "own"
_CONFIG = """\
server_name: measured
listen: "127.0.0.1:{native}"
jetstream {{ store_dir: "{folder}" }}
mqtt {{ listen: "127.0.0.1:{mqtt}" }}
authorization {{ users: [
  {{ user: keeper, password: k }}
  {{ user: device, password: d, permissions: {{ publish: "guoji.v1.device.>", subscribe: "$MQTT.sub.>" }} }}
] }}
"""


class Server:
    def __init__(self, folder: Path) -> None:
        self._config = folder / "nats.conf"
        self.native, self.mqtt = take_port(), take_port()
        self._config.write_text(_CONFIG.format(native=self.native, mqtt=self.mqtt, folder=folder))
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([program(), "-c", self._config], stderr=subprocess.DEVNULL)
        wait_until_open(self.process, HOST, self.native, self._config)
        wait_until_open(self.process, HOST, self.mqtt, self._config)
        self.keeper = Connection(Address(HOST, self.native, "keeper", "k"))

    def kill(self) -> None:
        self.keeper.close()
        self.process.kill()
        self.process.wait()

    def ask(self, subject: str, question: object) -> dict[str, object]:
        answer = self.keeper.request(f"$JS.API.{subject}", question)
        if "error" in answer:
            raise RuntimeError(f"{subject}: {answer['error']}")
        return answer

    def stream(self, name: str, subject: str, **limits: object) -> None:
        """Make it, or change the limits of one that is there."""
        held = {"name": name, "subjects": [subject], "retention": "interest" if name == STREAM else "limits"}
        verb = "UPDATE" if name == STREAM else "CREATE"
        self.ask(f"STREAM.{verb}.{name}", {**held, "storage": "file", "discard": "new", **limits})

    def kept(self, stream: str) -> int:
        state = self.ask(f"STREAM.INFO.{stream}", {})["state"]
        assert isinstance(state, dict)
        return int(state["messages"])


@contextmanager
def a_server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def a_device(server: Server) -> Iterator[Client]:
    connected = threading.Event()
    device = Client(CallbackAPIVersion.VERSION2, "device", clean_session=True, protocol=MQTTv311)
    device.username_pw_set("device", "d")
    device.on_connect = lambda *_: connected.set()
    device.connect(HOST, server.mqtt)
    device.loop_start()
    assert connected.wait(10)
    try:
        yield device
    finally:
        device.loop_stop()


def publish(device: Client, count: int, topic: str = "guoji/v1/device/readings") -> list[MQTTMessageInfo]:
    return [device.publish(topic, b"%d" % number, qos=1) for number in range(count)]


def acknowledged(sent: list[MQTTMessageInfo], within_s: float = 3) -> int:
    give_up_at_s = time.monotonic() + within_s
    while time.monotonic() < give_up_at_s and not all(each.is_published() for each in sent):
        time.sleep(0.01)
    return sum(each.is_published() for each in sent)


def no_consumer(server: Server, device: Client) -> tuple[int, int]:
    return acknowledged(publish(device, PUBLISHED)), server.kept(STREAM)


def consumer(server: Server, device: Client) -> tuple[int, int]:
    keep_for_gateways(server.keeper)
    return no_consumer(server, device)


def denied(server: Server, device: Client) -> tuple[int, int]:
    keep_for_gateways(server.keeper)
    return acknowledged(publish(device, PUBLISHED, "guoji/v1/other/readings")), server.kept(STREAM)


def full(server: Server, device: Client) -> tuple[int, int]:
    keep_for_gateways(server.keeper)
    server.stream(STREAM, "$MQTT.msgs.>", max_msgs=ROOM)
    return no_consumer(server, device)


def full_of_our_own(server: Server, device: Client) -> tuple[int, int]:
    server.stream(OWN, "guoji.v1.>", max_msgs=ROOM)
    return acknowledged(publish(device, PUBLISHED)), server.kept(OWN)


def killed(server: Server, device: Client) -> tuple[int, int]:
    keep_for_gateways(server.keeper)
    sent = publish(device, 4 * KILLED_AFTER)
    sent[KILLED_AFTER].wait_for_publish(20)
    server.kill()
    time.sleep(0.3)
    device.loop_stop()
    told = sum(each.is_published() for each in sent)
    server.start()
    return told, min(told, server.kept(STREAM))


PROMISES: dict[str, Callable[[Server, Client], tuple[int, int]]] = {
    "its stream, no consumer yet": no_consumer,
    "its stream, with our consumer": consumer,
    "the same, what the rights of the device forbid": denied,
    f"the same, room for {ROOM} and no more": full,
    f"the same, kill -9 while {4 * KILLED_AFTER:,} come": killed,
    f"a stream of our own, room for {ROOM} and no more": full_of_our_own,
}


def fill(server: Server) -> None:
    keep_for_gateways(server.keeper)
    for _ in range(PULLED // 1_000):
        server.keeper.send(publication(b"$MQTT.msgs.guoji.v1.device.readings", PAYLOAD) * 1_000)
    while server.kept(STREAM) < PULLED:
        time.sleep(0.05)


def pulled_by_us(server: Server) -> None:
    inbox = JetStreamInbox(Address(HOST, server.native, "keeper", "k"), structlog.get_logger())
    inbox.open()
    left = PULLED
    for batch in inbox.batches(5_000, 0.05, threading.Event()):
        batch.acknowledge()
        left -= len(batch.deliveries)
        if left <= 0:
            break
    inbox.close()


def pulled_by_nats_py(server: Server) -> None:
    asyncio.run(_pulled_by_nats_py(server))


async def _pulled_by_nats_py(server: Server) -> None:
    connection = await importlib.import_module("nats").connect(
        f"nats://{HOST}:{server.native}", user="keeper", password="k"
    )
    bound = await connection.jetstream().pull_subscribe_bind(consumer=CONSUMER, stream=STREAM)
    left = PULLED
    while left > 0:
        for message in await bound.fetch(min(left, 1_000), timeout=5):
            await message.ack()
            left -= 1
    await connection.close()


def main() -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    print(f"| {PUBLISHED:,} published | acknowledged | kept |\n|---|---|---|")
    for name, measure in PROMISES.items():
        with a_server() as server, a_device(server) as device:
            told, kept = measure(server, device)
        print(f"| {name} | {told:,} | {kept:,} |")
    print(f"\n| {PULLED:,} pulled and acknowledged | a second | a second of processor time |\n|---|---|---|")
    pullers = {"our connection": pulled_by_us}
    if importlib.util.find_spec("nats"):
        pullers["nats-py"] = pulled_by_nats_py
    for name, pull in pullers.items():
        with a_server() as server:
            fill(server)
            begun_s, worked_s = time.monotonic(), time.process_time()
            pull(server)
            took_s, worked_s = time.monotonic() - begun_s, time.process_time() - worked_s
        print(f"| {name} | {PULLED / took_s:,.0f} | {PULLED / worked_s:,.0f} |")


if __name__ == "__main__":
    print(json.dumps({"nats-server": subprocess.check_output([program(), "--version"], text=True).strip()}))
    main()
