"""One connection of one device to the broker at the centre: from the try to connect until it is lost."""

import threading
from collections.abc import Callable

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from iot_gateway.logins import Address
from iot_gateway.tls import secure, why_not
from traceability.telemetry import topics

KEEP_ALIVE_S = 30
_BAD_LOGIN = {0x86, 0x87}
"""Reason codes (MQTT 5, 2.4); paho gives them for those of MQTT 3.1.1 too."""
_ENDED_WITHOUT_A_WORD = 0x80
MAX_UNACKNOWLEDGED = 200
"""More than is ever under way at once: not paho, but the lanes say how much that is."""
NEW_BUNDLE = (
    "; if its password is a new one, take a new bundle: `guoji edge bundle` there, `guoji edge init` here"
)


class Uplink:
    """Logged in as the device, so that the broker lets it use this device's topics alone.

    It does not connect again: what was under way on a connection that broke is for the box to judge.
    """

    def __init__(self, address: Address, on_receipt: Callable[[str, bytes], None]) -> None:
        """`on_receipt` is called with the alias and a note, on a thread of its own. Raises `InvalidInput`."""
        self._address = address
        self._on_receipt = on_receipt
        self.is_there = threading.Event()
        """Set while receipts can come, so that it makes sense to send."""
        self.lost: str | None = None
        """Why there is no connection any more."""
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client_id,
            clean_session=True,
            protocol=MQTTv311,
            reconnect_on_failure=False,
        )
        self._client.username_pw_set(address.user, address.password)
        self._client.max_inflight_messages_set(MAX_UNACKNOWLEDGED)
        secure(self._client, address)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"uplink {address.user}")
        self._thread.start()

    def close(self) -> None:
        self._client.disconnect()
        self._thread.join()

    def send(self, topic: str, payload: bytes) -> bool:
        """Whether it is on its way; whether it arrives, a receipt will say."""
        return self._client.publish(topic, payload, qos=1).rc is MQTTErrorCode.MQTT_ERR_SUCCESS

    def _run(self) -> None:
        try:
            self._client.connect(self._address.host, self._address.port, KEEP_ALIVE_S)
            self._client.loop_forever()
        except OSError as error:
            self._lose(why_not(error, self._address.tls))
        self._lose("the connection ended")

    def _lose(self, why: str) -> None:
        self.is_there.clear()
        self.lost = self.lost or why

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if code.is_failure:
            self._lose(f"the broker says: {code}{NEW_BUNDLE * (code.value in _BAD_LOGIN)}")
            return
        client.subscribe(topics.receipts(self._address.user), qos=0)

    def _on_subscribe(
        self, client: Client, _data: object, _mid: int, codes: list[ReasonCode], _more: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            self._lose(f"the broker refuses the subscription to {topics.receipts(self._address.user)}")
            client.disconnect()
            return
        self.is_there.set()

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        code: ReasonCode,
        _more: Properties | None,
    ) -> None:
        ended = code.value == _ENDED_WITHOUT_A_WORD
        self._lose("the connection to the centre ended" if ended else f"the connection ended: {code}")

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._on_receipt(self._address.user, bytes(message.payload))
