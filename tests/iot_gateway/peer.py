"""One MQTT client of a test: it says what the broker grants and refuses."""

import threading
import time

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from iot_gateway.tls import secure

WITHIN_S = 120


class Peer:
    """Connected, or refused, when it is made."""

    def __init__(self, address, client_id=None, will=None, fresh=False):
        """`will`: topic and payload. `fresh`: without what the broker has kept for this client id."""
        self.heard, self.refused, self.closed = [], None, threading.Event()
        self._answers, self._granted = threading.Event(), []
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client_id if client_id is None else client_id,
            clean_session=fresh,
            protocol=MQTTv311,
            # A test sees a lost connection, and decides itself what comes next.
            reconnect_on_failure=False,
        )
        if address.user:
            self._client.username_pw_set(address.user, address.password or None)
        secure(self._client, address)
        if will is not None:
            self._client.will_set(*will, qos=1)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = lambda _c, _d, message: self.heard.append((message.topic, message.payload))
        self._client.on_disconnect = self._on_disconnect
        self._client.connect(address.host, address.port)
        self._client.loop_start()
        assert self._answers.wait(WITHIN_S)

    def subscribe(self, topic):
        """Whether the broker grants it."""
        self._answers.clear()
        self._client.subscribe(topic, qos=1)
        assert self._answers.wait(WITHIN_S)
        return bool(self._granted) and not self._granted[-1].is_failure

    def publish(self, topic, payload):
        """Return once it is acknowledged."""
        assert self.offer(topic, payload)

    def offer(self, topic, payload, qos=1, retain=False):
        """Whether it is acknowledged; the broker may end the connection instead."""
        sent = self.send(topic, payload, qos, retain)
        give_up_at_s = time.monotonic() + WITHIN_S
        while not is_acknowledged(sent) and not self.closed.is_set():
            assert time.monotonic() < give_up_at_s
            time.sleep(0.005)
        return is_acknowledged(sent)

    def send(self, topic, payload, qos=1, retain=False):
        return self._client.publish(topic, payload, qos, retain)

    def wait_to_hear(self, count, within_s=WITHIN_S):
        give_up_at_s = time.monotonic() + within_s
        while len(self.heard) < count and time.monotonic() < give_up_at_s:
            time.sleep(0.02)
        return self.heard

    def vanish(self):
        """As a device does that loses its power: the broker publishes its will."""
        self._client.loop_stop()
        self._client.socket().close()

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client, _data, _flags, code, _more):
        self.refused = code.is_failure
        self._answers.set()

    def _on_subscribe(self, _client, _data, _mid, codes, _more):
        self._granted = codes
        self._answers.set()

    def _on_disconnect(self, *_):
        self.closed.set()
        self._answers.set()


def is_acknowledged(sent):
    try:
        return sent.is_published()
    except RuntimeError:  # the connection ended while it was being written
        return False
