"""A simulated device: publishes at QoS 1 and keeps every reading until a receipt covers it."""

import threading
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from iot_gateway.buffer import Buffer
from iot_gateway.logins import Address
from iot_gateway.simulate.encode import encode_message
from iot_gateway.tls import secure
from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.log.note import NoteVerifier
from traceability.telemetry import topics
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.receipt import Receipt, open_receipt

MAX_KEPT = 1_000
"""Readings without a receipt. A device with more to send waits; one with a real sensor would drop."""


class SimulatedDevice:
    """Not for many threads at once: one sends and waits, paho's own takes the receipts."""

    def __init__(
        self,
        address: Address,
        gateways: Sequence[NoteVerifier],
        epoch: int | None = None,
        resend_after_s: float = 5,
        signer: DeviceSigner | None = None,
    ) -> None:
        """`address.user` is the alias. `epoch`: by default the time of this start, for it has no state.

        With a `signer` it signs what it sends.
        """
        self._address = address
        self._signer = signer
        self._gateways = gateways
        self._resend_after_s = resend_after_s
        self._buffer = Buffer(address.user, int(time.time()) if epoch is None else epoch)
        self._sent_at_s: dict[int, float] = {}
        self.not_held: dict[int, str] = {}
        """By number: what the gateway did with what we sent under it instead of holding it, and why."""
        self._changed = threading.Condition()
        """Guards buffer and times; notified when a receipt frees something."""
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=address.client_id, clean_session=True, protocol=MQTTv311
        )
        self._client.username_pw_set(address.user, address.password)
        secure(self._client, address)
        self._client.reconnect_delay_set(1, 5)
        self._client.max_inflight_messages_set(100)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message

    def open(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        self._client.connect_async(self._address.host, self._address.port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, taken_at_ms: int, values: Mapping[str, float | bool]) -> None:
        """Publish one reading, as soon as the buffer has room for it."""
        with self._changed:
            while len(self._buffer.payloads) >= MAX_KEPT:
                self._wait_or_resend()
            epoch, number = self._buffer.epoch, self._buffer.next_number
            payload = encode_message(self._address.user, epoch, number, taken_at_ms, values, self._signer)
            self._publish(self._buffer.keep(payload))

    def kept(self) -> int:
        """How many readings no receipt covers."""
        with self._changed:
            return len(self._buffer.payloads)

    def settle(self, timeout_s: float) -> None:
        """Return when receipts cover everything. Raises `Unavailable` if they do not in time."""
        give_up_at_s = time.monotonic() + timeout_s
        with self._changed:
            while self._buffer.payloads:
                if time.monotonic() > give_up_at_s:
                    raise Unavailable(
                        f"{len(self._buffer.payloads)} readings of {self._address.user} have no receipt "
                        f"after {timeout_s:g} s"
                    )
                self._wait_or_resend()

    def _wait_or_resend(self) -> None:
        if self._changed.wait(min(self._resend_after_s, 1)):
            return
        overdue_s = time.monotonic() - self._resend_after_s
        for number in [number for number, at_s in self._sent_at_s.items() if at_s < overdue_s]:
            self._publish(number)

    def _publish(self, number: int) -> None:
        topic = topics.readings(self._address.user)
        self._client.publish(topic, self._buffer.payloads[number], qos=1)
        self._sent_at_s[number] = time.monotonic()

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if not code.is_failure:
            client.subscribe(topics.receipts(self._address.user), qos=0)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            receipt = open_receipt(bytes(message.payload), self._gateways)
        except (InvalidInput, CheckFailed):
            return  # not the gateway's word: nothing is freed, and what is due will be sent again
        with self._changed:
            self.not_held |= _not_held(receipt, self._buffer.payloads)
            if self._buffer.free(receipt):
                self._sent_at_s = {
                    number: at_s
                    for number, at_s in self._sent_at_s.items()
                    if number in self._buffer.payloads
                }
                self._changed.notify_all()


def _not_held(receipt: Receipt, payloads: Mapping[int, bytes]) -> dict[int, str]:
    """A refused payload has no number but in our own `payloads`."""
    numbers = {sha256(payload).digest(): number for number, payload in payloads.items()}
    refused = {
        numbers[each.digest]: f"refused: {each.reason}" for each in receipt.refused if each.digest in numbers
    }
    return refused | {each.sequence: f"quarantined: {each.reason}" for each in receipt.quarantined}
