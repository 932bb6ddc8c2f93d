"""The gateway's place at a NATS server: it pulls what the MQTT listener keeps, and acknowledges it."""

import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial

import structlog

from iot_gateway.consumer import NEXT, PREFIX, keep_for_gateways
from iot_gateway.gateway import Batch
from iot_gateway.logins import Address
from iot_gateway.nats import Connection, Message, publication
from traceability.errors import Unavailable
from traceability.ledger.record import Delivery, SignedReceipt
from traceability.telemetry import topics

ASKED_AT_ONCE = 5_000
"""Messages that the server may send ahead of us. While one group is stored, it sends the next."""
MAX_ASKED_BYTES = 16 * 1024 * 1024
"""Of those messages together."""
EXPIRES_S = 30
"""The server says so when a request has run out, so a longer silence means that it is gone."""
SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.1, 30.0

_ENDED = (b"408", b"409 Batch Completed", b"409 Message Size Exceeds MaxBytes")
"""Ordinary ends of a request; after any other one, we connect again."""
_SEPARATOR = re.compile(r"/[/.]?|\.")
_IN_TOPIC = {"//": ".", "/.": "/", "/": "", ".": "/"}


class JetStreamInbox:
    """Everything happens in the thread that calls: what we do not read waits at the server."""

    def __init__(self, address: Address, log: structlog.typing.FilteringBoundLogger) -> None:
        self._address = address
        self._log = log
        self._connection: Connection | None = None
        self._request, self._expected, self._asked_at_s = "", 0, 0.0
        self._wait_s, self._said_away = 0.0, False
        self.subscribed = threading.Event()
        """Set while we are connected, and the server keeps messages for us."""

    def open(self) -> None:
        """Connect if the server is there; else `batches` goes on trying."""
        self._connect()

    def close(self) -> None:
        """Another gateway has at once what was sent to us and is in nobody's hands."""
        if self._connection is None:
            return
        try:
            unread = [message.reply for message in self._connection.drain() if message.reply]
            self._connection.send(b"".join(publication(reply, b"-NAK") for reply in unread))
        except Unavailable as reason:
            self._log.info("broker was away at the end", reason=str(reason))
        self._connection.close()
        self._connection = None

    def batches(self, at_most: int, wait_s: float, stop: threading.Event) -> Iterator[Batch]:
        while not stop.is_set():
            if self._connection is None:
                stop.wait(self._wait_s)
                self._connect()
                continue
            try:
                pulled = self._gather(self._connection, at_most, wait_s)
            except Unavailable as reason:
                self._lose(reason)
                continue
            if pulled:
                deliveries = [Delivery(topic_of(each.subject), each.payload) for each in pulled]
                yield Batch(deliveries, partial(self._acknowledge, [each.reply for each in pulled]))

    def answer(self, receipts: Sequence[SignedReceipt]) -> None:
        # Not kept by the server: a device that misses a receipt sends again and gets a newer one.
        frames = [publication(_receipts(receipt.device), receipt.note) for receipt in receipts]
        self._send(b"".join(frames))

    def _acknowledge(self, replies: Sequence[bytes]) -> None:
        """On whatever connection. If the server does not hear of it, it sends them again."""
        self._send(b"".join([b"PUB %b 0\r\n\r\n" % reply for reply in replies]))

    def _connect(self) -> None:
        try:
            self._connection = Connection(self._address)
            keep_for_gateways(self._connection)
            self._ask(self._connection)
        except Unavailable as reason:
            self._lose(reason)
            return
        self._said_away = False
        self.subscribed.set()
        self._log.info("broker is there", host=self._address.host, port=self._address.port)

    def _gather(self, connection: Connection, at_most: int, wait_s: float) -> list[Message]:
        """Not more than what was asked for at once, so that its limit is one on our memory."""
        gathered: list[Message] = []
        while self._expected and len(gathered) < at_most:
            messages = connection.read(0 if gathered else wait_s)
            if not messages:
                break
            self._count(messages)
            gathered += [message for message in messages if message.reply]
        if not self._expected:
            self._ask(connection)
        elif not gathered and time.monotonic() > self._asked_at_s + 2 * EXPIRES_S:
            raise Unavailable(f"no word from the server for {2 * EXPIRES_S} s")
        return gathered

    def _count(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.reply:
                self._expected -= 1
            elif message.subject == self._request:
                status = message.header.split(b"\r\n")[0].removeprefix(b"NATS/1.0 ")
                if not status.startswith(_ENDED):
                    raise Unavailable(f"the server sends no more: {status.decode(errors='replace')}")
                self._expected = 0
            self._wait_s = 0.0

    def _ask(self, connection: Connection) -> None:
        self._request = connection.new_inbox()
        question = {
            "batch": ASKED_AT_ONCE,
            # One message more than the limit would never come.
            "max_bytes": max(MAX_ASKED_BYTES, 2 * connection.max_payload_bytes),
            "expires": EXPIRES_S * 1_000_000_000,
        }
        connection.send(publication(NEXT.encode(), json.dumps(question).encode(), self._request.encode()))
        self._expected, self._asked_at_s = ASKED_AT_ONCE, time.monotonic()

    def _send(self, frames: bytes) -> None:
        if self._connection is None or not frames:
            return
        try:
            self._connection.send(frames)
        except Unavailable as reason:
            self._lose(reason)

    def _lose(self, reason: Unavailable) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self.subscribed.clear()
        if not self._said_away:
            where = {"host": self._address.host, "port": self._address.port}
            self._log.warning("broker is away, trying again", **where, reason=str(reason))
        self._said_away = True
        self._wait_s = min(max(SHORTEST_WAIT_S, 2 * self._wait_s), LONGEST_WAIT_S)


@lru_cache(maxsize=10_000)
def topic_of(subject: str) -> str:
    """The MQTT topic that a subject in the stream stands for, as the listener of NATS translates it back."""
    return _SEPARATOR.sub(lambda found: _IN_TOPIC[found[0]], subject.removeprefix(PREFIX))


def _receipts(alias: str) -> bytes:
    return topics.receipts(alias).replace("/", ".").encode()
