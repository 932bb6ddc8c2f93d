"""A device that writes down what it sends and is told; run as a process, it sends until its input ends."""

import sys
import threading
import time
from collections import deque
from pathlib import Path

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from bench.durability.journal import Journal
from iot_gateway.buffer import Buffer
from iot_gateway.logins import Address
from iot_gateway.simulate.encode import encode_message
from traceability.log.note import NoteVerifier
from traceability.telemetry import topics
from traceability.telemetry.receipt import open_receipt

PACE = 150
"""Readings a second."""
MOST_KEPT = 2_000
"""Readings without a receipt; with more, nothing new is measured."""
RESEND_AFTER_S, LONGEST_S = 1.0, 8.0
"""Twice as long each time: who sends all again at the same pace keeps a gateway busy that is behind."""
SETTLE_WITHIN_S = 90


class Device:
    """What no receipt covers is sent again by `send_due`, and never otherwise."""

    def __init__(self, journal: Journal, address: Address, gateway: NoteVerifier, epoch: int) -> None:
        self._journal, self._address, self._gateway = journal, address, gateway
        self._buffer = Buffer(address.user, epoch)
        self._lock = threading.RLock()
        self._due: dict[int, tuple[float, float]] = {}
        """When it is sent again, and how long after the last time, in seconds, by number."""
        self._under_way: dict[int, int] = {}
        """Number by packet id."""
        self._acknowledged: deque[int] = deque()
        """Packet ids."""
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=address.client_id, clean_session=True, protocol=MQTTv311
        )
        self._client.username_pw_set(address.user, address.password)
        self._client.reconnect_delay_set(1, 1)
        self._client.max_inflight_messages_set(100)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    def open(self) -> None:
        self._client.connect_async(self._address.host, self._address.port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def kept(self) -> int:
        """How many readings no receipt covers."""
        with self._lock:
            return len(self._buffer.payloads)

    def measure(self) -> None:
        """Send one new reading."""
        with self._lock:
            number, now_ms = self._buffer.next_number, time.time_ns() // 1_000_000
            values = {"air_temperature": number % 40 / 10}
            payload = encode_message(self._address.user, self._buffer.epoch, number, now_ms, values)
            self._journal.sent(self._buffer.epoch, number, payload)
            self._buffer.keep(payload)
            self._publish(number, RESEND_AFTER_S)

    def send_due(self) -> None:
        self.note_acknowledged()
        with self._lock:
            now_s = time.monotonic()
            for number, wait_s in [
                (each, wait_s) for each, (at_s, wait_s) in self._due.items() if at_s < now_s
            ]:
                self._publish(number, min(2 * wait_s, LONGEST_S))

    def note_acknowledged(self) -> int:
        """Write down what the broker has acknowledged since; of how many it has not yet."""
        with self._lock:
            while self._acknowledged:
                number = self._under_way.pop(self._acknowledged.popleft(), None)
                if number is not None:
                    self._journal.acknowledged(self._buffer.epoch, number)
            return len(self._under_way)

    def settle(self) -> bool:
        """Whether receipts cover everything, in time."""
        give_up_at_s = time.monotonic() + SETTLE_WITHIN_S
        while self.kept and time.monotonic() < give_up_at_s:
            self.send_due()
            time.sleep(0.05)
        return not self.kept

    def _publish(self, number: int, wait_s: float) -> None:
        sent = self._client.publish(topics.readings(self._address.user), self._buffer.payloads[number], qos=1)
        self._under_way[sent.mid] = number
        self._due[number] = time.monotonic() + wait_s, wait_s

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if not code.is_failure:
            client.subscribe(topics.receipts(self._address.user), qos=0)

    def _on_publish(
        self, _client: Client, _data: object, mid: int, _code: ReasonCode, _more: Properties
    ) -> None:
        self._acknowledged.append(mid)  # under paho's own lock: ours may be held by who waits for that one

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        note = bytes(message.payload)
        self._journal.receipt(note)
        with self._lock:
            self._buffer.free(open_receipt(note, [self._gateway]))
            kept = self._buffer.payloads
            self._due = {number: due for number, due in self._due.items() if number in kept}


def main(journal: str, host: str, port: str, user: str, password: str, gateway: str) -> int:
    """The epoch is the time of the start: a device that was killed has lost its state."""
    address = Address(host, int(port), user, password)
    epoch = time.time_ns() // 1_000_000
    device = Device(Journal(Path(journal)), address, NoteVerifier.from_vkey(gateway), epoch)
    device.open()
    print("sending", flush=True)
    told_to_stop = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=[told_to_stop], daemon=True).start()
    while not told_to_stop.wait(1 / PACE):
        if device.kept < MOST_KEPT:
            device.measure()
        device.send_due()
    settled = device.settle()
    device.close()
    return 0 if settled else 1


def _wait_for_end_of_input(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
