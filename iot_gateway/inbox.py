"""The gateway's place at an MQTT broker, by paho-mqtt: messages come in groups, and we acknowledge them."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import NamedTuple

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from iot_gateway.gateway import Batch
from iot_gateway.logins import Address
from iot_gateway.room import Room
from iot_gateway.tls import ENDED, NO_ANSWER, secure, why_not
from iot_gateway.unread_properties import leave_unread
from traceability.ledger.record import Delivery, SignedReceipt
from traceability.telemetry import topics

MAX_HELD_BYTES = 64 * 1024 * 1024
"""Of messages not yet acknowledged. Beyond it the network thread waits, then the broker."""
_BESIDE_PAYLOAD_BYTES = 1024
"""About what a message takes in memory beside its payload."""
MAX_UNACKNOWLEDGED = 1_000
"""Messages that the broker may send ahead of our acknowledgements, if it does not allow itself fewer."""
LONGEST_WAIT_S = 30
FOR_EVER = 0xFFFF_FFFF
"""Seconds that the broker shall keep our session while we are away."""
SAME_NAME = f"{ENDED} again: if another gateway is logged in as {{}}, give each its own GUOJI_GATEWAY_USER"
QUICK_END_S = 5.0
"""A connection that the broker ends before: the second in a row, and another gateway may have our name."""
_UNSUPPORTED_VERSION = 0x84


class _Received(NamedTuple):
    delivery: Delivery
    mid: int
    qos: int
    connection: int
    """Packet ids mean something only within the connection they came on."""

    @property
    def size(self) -> int:
        """Bytes, about, in memory."""
        return _BESIDE_PAYLOAD_BYTES + len(self.delivery.payload)


class MqttInbox:
    """A session that lasts, in a subscription that many gateways share, at a broker that speaks MQTT 5.

    What the broker has set aside for us waits while we are away; no other gateway gets it.
    """

    def __init__(self, address: Address, group: str, log: structlog.typing.FilteringBoundLogger) -> None:
        """`group`: that of our gateways, `logins.group_of_gateways`. Each message goes to one of it."""
        self._address = address
        self._shared = shared(group)
        self._log = log
        self._queue: SimpleQueue[_Received] = SimpleQueue()
        self._room = Room(MAX_HELD_BYTES)
        self._connection = 0
        self._said_away = False
        self._there_at_s, self._quick_ends = 0.0, 0
        self.subscribed = threading.Event()
        """Set while the broker keeps messages for us. Before the first time it may drop them."""
        leave_unread()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client_id,
            protocol=MQTTv5,
            manual_ack=True,
        )
        self._client.username_pw_set(address.user, address.password)
        secure(self._client, address)
        self._client.reconnect_delay_set(1, LONGEST_WAIT_S)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def open(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        wanted = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wanted.SessionExpiryInterval = FOR_EVER
        wanted.ReceiveMaximum = MAX_UNACKNOWLEDGED
        self._client.connect_async(
            self._address.host, self._address.port, clean_start=False, properties=wanted
        )
        self._client.loop_start()

    def close(self) -> None:
        self._room.close()
        self._client.disconnect()
        self._client.loop_stop()

    def batches(self, at_most: int, wait_s: float, stop: threading.Event) -> Iterator[Batch]:
        while not stop.is_set():
            received: list[_Received] = []
            try:
                received.append(self._queue.get(timeout=wait_s))
                while len(received) < at_most:
                    received.append(self._queue.get_nowait())
            except Empty:
                if not received:
                    continue
            yield Batch([each.delivery for each in received], partial(self._acknowledge, received))

    def answer(self, receipts: Sequence[SignedReceipt]) -> None:
        # Not repeated by MQTT: a device that misses a receipt sends its readings again and gets a newer one.
        for receipt in receipts:
            self._client.publish(topics.receipts(receipt.device), receipt.note, qos=0)

    def _acknowledge(self, messages: Sequence[_Received]) -> None:
        """Those of an earlier connection the broker sends again instead."""
        for message in messages:
            if message.connection == self._connection:
                self._client.ack(message.mid, message.qos)
        self._room.leave(sum(message.size for message in messages))

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, more: Properties | None
    ) -> None:
        if code.is_failure:
            hint = "; if it is NATS, set nats_url" * (code.value == _UNSUPPORTED_VERSION)
            self._say_away(f"{code}{hint}")
            return
        self._connection += 1
        self._said_away = False
        keeps_s = getattr(more, "SessionExpiryInterval", FOR_EVER)
        if keeps_s != FOR_EVER:
            self._log.warning("broker forgets us if we are away", after_s=keeps_s)
        client.subscribe(self._shared, qos=1)

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, codes: list[ReasonCode], _more: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            self._log.error("broker refuses the subscription", topic=topics.ALL, user=self._address.user)
            return
        self._there_at_s = time.monotonic()
        self.subscribed.set()
        self._log.info("broker is there", host=self._address.host, port=self._address.port)

    def _on_connect_fail(self, _client: Client, _data: object) -> None:
        self._say_away(why_not(sys.exception(), self._address.tls))  # paho calls us while it handles it

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        code: ReasonCode,
        _more: Properties | None,
    ) -> None:
        was_there = self.subscribed.is_set()
        self.subscribed.clear()
        quick = was_there and time.monotonic() < self._there_at_s + QUICK_END_S
        self._quick_ends = self._quick_ends + 1 if quick else 0
        if self._quick_ends > 1:
            self._say_away(SAME_NAME.format(self._address.user))
        elif code.is_failure:
            self._say_away(ENDED if was_there or self._address.tls else NO_ANSWER)

    def _say_away(self, reason: str) -> None:
        if not self._said_away:
            self._log.warning(
                "broker is away, trying again",
                host=self._address.host,
                port=self._address.port,
                reason=reason,
            )
        self._said_away = True

    def _on_message(self, client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "not UTF-8"
        payload = bytes(message.payload)
        if message.qos == 0 and _is_for_receipts(topic):
            return  # a gateway's answer: we subscribe to everything. A device has no promise for QoS 0
        received = _Received(Delivery(topic, payload), message.mid, message.qos, self._connection)
        self._room.enter(received.size)
        self._queue.put(received)


def shared(group: str) -> str:
    """What each of a group subscribes to, so that they share everything."""
    return f"$share/{group}/{topics.ALL}"


def _is_for_receipts(topic: str) -> bool:
    alias = topics.alias_in(topic)
    return alias is not None and topic == topics.receipts(alias)
