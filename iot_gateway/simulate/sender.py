"""A simulated device at the broker: it keeps what it sent until a receipt covers it."""

import time
from collections.abc import Callable, Sequence
from hashlib import sha256

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from iot_gateway.buffer import Buffer
from iot_gateway.logins import Address
from iot_gateway.simulate.stream import Message, Way
from iot_gateway.simulate.voice import Voice
from iot_gateway.tls import secure
from traceability.errors import CheckFailed, InvalidInput
from traceability.log.note import NoteVerifier
from traceability.telemetry import topics
from traceability.telemetry.authenticate import content_digest
from traceability.telemetry.receipt import Receipt, open_receipt

MAX_KEPT = 1_000
"""Readings without a receipt. A device with more to send waits; one with a real sensor would drop."""

Number = tuple[int, int]
"""Epoch and sequence."""


class Sender:
    """It has no thread: whoever moves the bytes of its `client` calls it, one call at a time."""

    def __init__(
        self, address: Address, gateways: Sequence[NoteVerifier], voice: Voice, resend_after_s: float = 5
    ) -> None:
        """It believes receipts that one of `gateways` signed."""
        self.address = address
        self._gateways = gateways
        self._voice = voice
        self._resend_after_s = resend_after_s
        self._buffers: dict[int, Buffer] = {}
        """By epoch; an earlier one until it is empty."""
        self._beside: dict[bytes, bytes] = {}
        """What has no number of its own and no answer yet, by the digest under which it will be named."""
        self._sent_at_s: dict[Number | bytes, float] = {}
        self.not_held: dict[Number, str] = {}
        """What the gateway did with what we sent under a number instead of holding it, and why."""
        self.rejected: str | None = None
        """Why the broker lets us not in, if it does not."""
        self.on_receipt: Callable[[bytes], None] | None = None
        """Is told each receipt that a gateway signed, as it came."""
        self.sent = 0
        """Readings, each once; without those that nobody has to hold."""
        self.receipted = 0
        self.client = Client(
            CallbackAPIVersion.VERSION2, client_id=address.client_id, clean_session=True, protocol=MQTTv311
        )
        self.client.username_pw_set(address.user, address.password)
        secure(self.client, address)
        self.client.max_inflight_messages_set(100)
        self.client.on_connect = self._on_connect
        self.client.on_message = self._on_message

    @property
    def kept(self) -> int:
        """How many messages still wait for their receipt."""
        return sum(len(each.payloads) for each in self._buffers.values()) + len(self._beside)

    def send(self, message: Message) -> bytes:
        """Its bytes, which are on their way now, unless the message gets lost."""
        payload = self._voice.payload(message)
        if message.way in (Way.KEPT, Way.LOST):
            key: Number | bytes = (message.epoch, self._number(message, payload))
        else:
            key = _named_by(payload, message.way, self._voice.alias)
            self._beside[key] = payload
        if message.way is not Way.LOST:
            for _ in range(message.copies):
                self._publish(key, payload)
        return payload

    def resend(self) -> None:
        """Publish again what was sent too long ago. Call it now and then."""
        overdue_s = time.monotonic() - self._resend_after_s
        for key in [key for key, at_s in self._sent_at_s.items() if at_s < overdue_s]:
            kept = self._beside[key] if isinstance(key, bytes) else self._buffers[key[0]].payloads[key[1]]
            self._publish(key, kept)

    def take(self, message: MQTTMessage) -> bool:
        """Free what a receipt covers; whether that is anything."""
        try:
            receipt = open_receipt(bytes(message.payload), self._gateways)
        except (InvalidInput, CheckFailed):
            return False  # not the gateway's word: nothing is freed, and what is due will be sent again
        if self.on_receipt is not None:
            self.on_receipt(bytes(message.payload))
        before = self.kept
        for buffer in self._buffers.values():
            self.not_held |= _not_held(receipt, buffer, self._voice.alias)
            self.receipted += buffer.free(receipt)
        for digest in _named(receipt) & self._beside.keys():
            del self._beside[digest]
        self._forget()
        return self.kept < before

    def _number(self, message: Message, payload: bytes) -> int:
        if message.epoch not in self._buffers:
            self._buffers[message.epoch] = Buffer(self._voice.alias, message.epoch)
        buffer = self._buffers[message.epoch]
        number = buffer.keep(payload)
        if message.way is Way.LOST:
            del buffer.payloads[number]
        else:
            self.sent += 1
        return number

    def _publish(self, key: Number | bytes, payload: bytes) -> None:
        self.client.publish(topics.readings(self._voice.alias), payload, qos=1)
        self._sent_at_s[key] = time.monotonic()

    def _forget(self) -> None:
        newest = max(self._buffers, default=0)
        self._buffers = {e: each for e, each in self._buffers.items() if each.payloads or e == newest}
        waiting = {(epoch, number) for epoch, each in self._buffers.items() for number in each.payloads}
        self._sent_at_s = {
            key: at_s for key, at_s in self._sent_at_s.items() if key in waiting or key in self._beside
        }

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        self.rejected = str(code) if code.is_failure else None
        if not code.is_failure:
            client.subscribe(topics.receipts(self._voice.alias), qos=0)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.take(message)


def _named_by(payload: bytes, way: Way, alias: str) -> bytes:
    """The digest by which a receipt names what we sent beside our numbers."""
    return content_digest(payload, alias) if way is Way.CHANGED else sha256(payload).digest()


def _named(receipt: Receipt) -> set[bytes]:
    return {
        *(each.came for each in receipt.conflicts),
        *(each.digest for each in receipt.quarantined),
        *(each.digest for each in receipt.refused),
    }


def _not_held(receipt: Receipt, buffer: Buffer, alias: str) -> dict[Number, str]:
    kept = buffer.payloads
    became: dict[int, str] = {}
    if receipt.refused:  # by its bytes, for no number could be read
        numbers = {sha256(payload).digest(): number for number, payload in kept.items()}
        named = [each for each in receipt.refused if each.digest in numbers]
        became |= {numbers[each.digest]: f"refused: {each.reason}" for each in named}
    if receipt.runs is not None and receipt.runs.epoch == buffer.epoch:
        became |= {each.sequence: f"quarantined: {each.reason}" for each in receipt.quarantined}
        came = {each.sequence: each.came for each in receipt.conflicts if each.sequence in kept}
        ours = [number for number in came if content_digest(kept[number], alias) == came[number]]
        became |= dict.fromkeys(ours, "a conflict: other content has its number")
    return {(buffer.epoch, number): what for number, what in became.items()}
