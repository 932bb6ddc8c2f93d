"""A consumer that checks nothing: paho|nats DATABASE PORT USER PASSWORD.

It takes the same messages from the same broker with the same client library as the gateway, and writes the
same rows in commits of the same size. What a message says, it believes.
"""

import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from queue import Empty, SimpleQueue

import orjson
import structlog
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import Engine, create_engine

from iot_gateway.gateway import AT_MOST, WAIT_S
from iot_gateway.inbox import FOR_EVER, MAX_UNACKNOWLEDGED, shared
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import Address
from iot_gateway.unread_properties import leave_unread

COLUMNS = (
    "device", "arrival", "epoch", "sequence", "received_at_ms", "authenticated", "payload", "digest",
    "taken_from_ms", "taken_to_ms",
)  # fmt: skip
_INSERT = f"INSERT INTO reading ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_COPY = f"COPY reading ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_TYPES = ("text", "int8", "int8", "int8", "int8", "int2", "bytea", "bytea", "int8", "int8")


class Rows:
    """Numbers what comes of each device, as the store does."""

    def __init__(self) -> None:
        self._arrivals: dict[str, int] = defaultdict(int)

    def of(self, messages: Sequence[tuple[str, bytes]]) -> list[tuple[object, ...]]:
        now_ms = time.time_ns() // 1_000_000
        return [self._row(topic.split("/")[2], payload, now_ms) for topic, payload in messages]

    def _row(self, device: str, payload: bytes, now_ms: int) -> tuple[object, ...]:
        epoch, sequence, *_, last = orjson.loads(payload)
        self._arrivals[device] += 1
        arrival, from_ms = self._arrivals[device], int(epoch["bt"] * 1000)
        to_ms = from_ms + last.get("t", 0) * 1000
        digest = sha256(payload).digest()
        return device, arrival, epoch["v"], sequence["v"], now_ms, 1, payload, digest, from_ms, to_ms


class Table:
    """The quickest way into the table that the database has, durable when it returns."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = create_engine(url)
        self._connection = self._engine.raw_connection()
        if self._engine.dialect.name == "sqlite":
            self._connection.cursor().execute("PRAGMA synchronous = FULL")

    def write(self, rows: Sequence[tuple[object, ...]]) -> None:
        cursor = self._connection.cursor()
        if self._engine.dialect.name == "sqlite":
            cursor.executemany(_INSERT, rows)
        else:
            with cursor.copy(_COPY) as copy:
                copy.set_types(_TYPES)
                for row in rows:
                    copy.write_row(row)
        self._connection.commit()


Taken = tuple[list[tuple[str, bytes]], Callable[[], None]]
"""Topics and payloads, and how they are acknowledged."""


def main() -> None:
    library, url, port, user, password = sys.argv[1:]
    address = Address("127.0.0.1", int(port), user, password)
    rows, table = Rows(), Table(url)
    for messages, acknowledge in {"paho": by_paho, "nats": by_nats}[library](address):
        table.write(rows.of(messages))
        acknowledge()


def by_paho(address: Address) -> Iterator[Taken]:
    queue: SimpleQueue[MQTTMessage] = SimpleQueue()
    leave_unread()
    client = Client(CallbackAPIVersion.VERSION2, address.client_id, protocol=MQTTv5, manual_ack=True)
    client.username_pw_set(address.user, address.password)
    client.on_connect = _subscribe
    client.on_message = lambda _client, _data, message: queue.put(message)
    wanted = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wanted.SessionExpiryInterval, wanted.ReceiveMaximum = FOR_EVER, MAX_UNACKNOWLEDGED
    client.connect(address.host, address.port, clean_start=False, properties=wanted)
    client.loop_start()

    def acknowledge() -> None:
        for message in group:
            client.ack(message.mid, message.qos)

    while True:
        group = [queue.get()]
        with suppress(Empty):
            while len(group) < AT_MOST:
                group.append(queue.get_nowait())
        yield [(message.topic, bytes(message.payload)) for message in group], acknowledge


def _subscribe(client: Client, *_about: object) -> None:
    client.subscribe(shared("bench"), qos=1)


def by_nats(address: Address) -> Iterator[Taken]:
    """By the gateway's own client: it does nothing but pull."""
    inbox = JetStreamInbox(address, structlog.get_logger())
    inbox.open()
    for batch in inbox.batches(AT_MOST, WAIT_S, threading.Event()):
        yield [(each.topic, each.payload) for each in batch.deliveries], batch.acknowledge


if __name__ == "__main__":
    main()
