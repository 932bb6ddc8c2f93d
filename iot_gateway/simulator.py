"""One simulated device for whoever plays it by hand: it publishes from a thread of its own."""

import threading
import time
from collections.abc import Mapping, Sequence

from paho.mqtt.client import Client, MQTTMessage

from iot_gateway.logins import Address
from iot_gateway.simulate.moment import Moment
from iot_gateway.simulate.sender import MAX_KEPT, Sender
from iot_gateway.simulate.stream import Message
from iot_gateway.simulate.voice import Voice
from traceability.errors import Unavailable
from traceability.log.note import NoteVerifier
from traceability.telemetry.private_key import DeviceSigner


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
        self._epoch = int(time.time()) if epoch is None else epoch
        self._last = 0
        self._wait_s = min(resend_after_s, 1)
        self._sender = Sender(address, gateways, Voice(address.user, 0, signer), resend_after_s)
        self._sender.client.on_message = self._on_message
        self._sender.client.reconnect_delay_set(1, 5)
        self._changed = threading.Condition()
        """Guards the sender; notified when a receipt frees something."""

    @property
    def not_held(self) -> Mapping[int, str]:
        """By number: what the gateway did with what we sent under it instead of holding it, and why."""
        return {number: became for (_, number), became in self._sender.not_held.items()}

    def open(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        self._sender.client.connect_async(self._address.host, self._address.port)
        self._sender.client.loop_start()

    def close(self) -> None:
        self._sender.client.disconnect()
        self._sender.client.loop_stop()

    def send(self, taken_at_ms: int, values: Mapping[str, float | bool]) -> None:
        """Publish one reading, as soon as the buffer has room for it."""
        with self._changed:
            while self._sender.kept >= MAX_KEPT:
                self._wait_or_resend()
            self._last += 1
            moment = Moment(taken_at_ms, values)
            self._sender.send(Message(taken_at_ms, (moment,), epoch=self._epoch, number=self._last))

    def kept(self) -> int:
        """How many readings no receipt covers."""
        with self._changed:
            return self._sender.kept

    def settle(self, timeout_s: float) -> None:
        """Return when receipts cover everything. Raises `Unavailable` if they do not in time."""
        give_up_at_s = time.monotonic() + timeout_s
        with self._changed:
            while self._sender.kept:
                if time.monotonic() > give_up_at_s:
                    raise Unavailable(
                        f"{self._sender.kept} readings of {self._address.user} have no receipt "
                        f"after {timeout_s:g} s"
                    )
                self._wait_or_resend()

    def _wait_or_resend(self) -> None:
        if not self._changed.wait(self._wait_s):
            self._sender.resend()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._changed:
            if self._sender.take(message):
                self._changed.notify_all()
