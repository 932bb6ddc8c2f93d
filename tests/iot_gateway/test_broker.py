"""What real brokers do with the configuration we give them."""

import json
import re
import signal
import socket
import threading
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from iot_gateway.broker import MAX_MESSAGE_BYTES, start_broker, write_users
from iot_gateway.logins import GATEWAY, Address
from traceability.telemetry import topics

pytestmark = pytest.mark.slow

HOST = "127.0.0.1"
OURS, OTHERS = topics.readings("cold-7"), topics.readings("cold-8")
LARGE = 2 * 1024 * 1024


class Peer:
    """One MQTT client, connected or refused when it is made."""

    def __init__(self, address, client_id=None):
        self.heard, self.refused, self.closed = [], None, threading.Event()
        self._answers, self._granted = threading.Event(), []
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or address.client_id,
            clean_session=False,
            protocol=MQTTv311,
            # A test sees a lost connection, and decides itself what comes next.
            reconnect_on_failure=False,
        )
        if address.password:
            self._client.username_pw_set(address.user, address.password)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = lambda _c, _d, message: self.heard.append((message.topic, message.payload))
        self._client.on_disconnect = lambda *_: self.closed.set()
        self._client.connect(address.host, address.port)
        self._client.loop_start()
        assert self._answers.wait(10)

    def subscribe(self, topic):
        """Whether the broker grants it."""
        self._answers.clear()
        self._client.subscribe(topic, qos=1)
        assert self._answers.wait(10)
        return not self._granted[-1].is_failure

    def publish(self, topic, payload):
        """Return once it is acknowledged."""
        sent = self._client.publish(topic, payload, qos=1)
        sent.wait_for_publish(10)
        assert sent.is_published()

    def send(self, topic, payload):
        return self._client.publish(topic, payload, qos=1)

    def wait_to_hear(self, count, within_s=20):
        give_up_at_s = time.monotonic() + within_s
        while len(self.heard) < count and time.monotonic() < give_up_at_s:
            time.sleep(0.02)
        return self.heard

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client, _data, _flags, code, _more):
        self.refused = code.is_failure
        self._answers.set()

    def _on_subscribe(self, _client, _data, _mid, codes, _more):
        self._granted = codes
        self._answers.set()


@pytest.fixture
def peer():
    """Makes peers, and closes them after the test."""
    with ExitStack() as closing:

        def make(address, client_id=None):
            made = Peer(address, client_id)
            closing.callback(made.close)
            return made

        yield make


@pytest.fixture
def gateway_of(peer):
    def make(address):
        made = peer(address)
        assert made.subscribe(topics.ALL)
        return made

    return make


@pytest.fixture
def nats(tmp_path, passwords):
    broker = start_broker(tmp_path / "broker", passwords)
    yield broker
    broker.stop()


@pytest.fixture
def nats_address(nats, passwords):
    return lambda user: Address(HOST, nats.port, user, passwords[user])


def test_only_the_owner_of_a_topic_reaches_the_gateway_on_it(address_of, peer, gateway_of):
    gateway = gateway_of(address_of(GATEWAY))

    # Both brokers acknowledge what they refuse.
    peer(address_of("cold-7")).publish(OTHERS, b"by an impostor")
    peer(address_of("cold-8")).publish(OTHERS, b"by its owner")

    gateway.wait_to_hear(1)
    time.sleep(0.3)
    assert gateway.heard == [(OTHERS, b"by its owner")]


@pytest.mark.parametrize("password", ["wrong", ""])
def test_nobody_logs_in_without_the_password(address_of, peer, password):
    assert not peer(address_of("cold-7")).refused
    assert peer(replace(address_of("cold-7"), password=password)).refused


def test_who_knows_all_but_the_password_does_not_take_over_the_session_of_the_gateway(
    address_of, peer, gateway_of
):
    gateway = gateway_of(address_of(GATEWAY))
    guess = replace(address_of(GATEWAY), password="a guess").client_id

    peer(address_of("cold-7"), client_id=guess).publish(OURS, b"as myself")

    assert gateway.wait_to_hear(1) == [(OURS, b"as myself")]
    assert not gateway.closed.is_set()


@pytest.mark.parametrize("listen_to", [topics.receipts("cold-8"), "guoji/v1/+/receipts", "#", "$MQTT/sub/#"])
def test_a_device_hears_no_receipts_but_its_own(address_of, peer, listen_to):
    curious = peer(address_of("cold-7"))
    assert curious.subscribe(topics.receipts("cold-7"))
    # Mosquitto grants any subscription, and then delivers nothing.
    curious.subscribe(listen_to)

    gateway = peer(address_of(GATEWAY))
    gateway.publish(topics.receipts("cold-8"), b"for another")
    gateway.publish(topics.receipts("cold-7"), b"for us")

    curious.wait_to_hear(1)
    time.sleep(0.3)
    assert set(curious.heard) == {(topics.receipts("cold-7"), b"for us")}


def test_a_payload_of_two_mebibytes_reaches_the_gateway(address_of, peer, gateway_of):
    gateway = gateway_of(address_of(GATEWAY))

    peer(address_of("cold-7")).publish(OURS, bytes(LARGE))

    assert gateway.wait_to_hear(1) == [(OURS, bytes(LARGE))]


def test_a_payload_above_the_limit_ends_the_connection_and_is_not_acknowledged(address_of, peer):
    device = peer(address_of("cold-7"))

    sent = device.send(OURS, bytes(MAX_MESSAGE_BYTES + 2048))

    assert device.closed.wait(10)
    assert not sent.is_published()


def test_a_backlog_of_large_payloads_reaches_the_gateway_on_one_connection(address_of, peer, gateway_of):
    gateway_of(address_of(GATEWAY)).close()
    device = peer(address_of("cold-7"))
    for number in range(60):
        device.publish(OURS, bytes([number]) * LARGE)

    gateway = peer(address_of(GATEWAY))

    assert {payload[0] for _, payload in gateway.wait_to_hear(60)} == set(range(60))
    assert not gateway.closed.is_set()


def test_a_killed_nats_loses_nothing_it_acknowledged(
    tmp_path, nats, nats_address, passwords, peer, gateway_of
):
    gateway_of(nats_address(GATEWAY)).close()
    device = peer(nats_address("cold-7"))
    sent = [(number, device.send(OURS, b"%d" % number)) for number in range(50_000)]
    sent[2_000][1].wait_for_publish(20)

    nats.process.send_signal(signal.SIGKILL)
    nats.process.wait()
    assert device.closed.wait(10)
    acknowledged = {number for number, publish in sent if publish.is_published()}
    again = start_broker(tmp_path / "broker", passwords, port=nats.port)
    try:
        gateway = peer(nats_address(GATEWAY))
        gateway.wait_to_hear(len(acknowledged))
        gateway.close()
    finally:
        again.stop()

    assert 2_000 < len(acknowledged) < 50_000
    assert acknowledged <= {int(payload) for _, payload in gateway.heard}


def test_a_running_nats_takes_over_new_devices_and_passwords(
    tmp_path, nats, nats_address, passwords, peer, gateway_of
):
    gateway, changed = gateway_of(nats_address(GATEWAY)), peer(nats_address("cold-7"))

    users = {**passwords, "cold-7": "changed", "new-1": "fresh"}
    write_users(tmp_path / "broker", users)
    nats.process.send_signal(signal.SIGHUP)

    assert changed.closed.wait(10)
    new = peer(Address(HOST, nats.port, "new-1", "fresh"))
    new.publish(topics.readings("new-1"), b"here I am")
    assert gateway.wait_to_hear(1) == [(topics.readings("new-1"), b"here I am")]
    assert not gateway.closed.is_set()


@pytest.mark.parametrize("user", [GATEWAY, "cold-7"])
def test_nobody_logs_in_on_the_native_port_of_nats(tmp_path, nats, passwords, user):
    log = (tmp_path / "broker" / "nats.log").read_text()
    port = int(re.search(r"client connections on 127\.0\.0\.1:(\d+)", log)[1])
    login = json.dumps({"user": user, "pass": passwords[user], "verbose": True})

    with socket.create_connection((HOST, port), timeout=10) as connection:
        lines = connection.makefile("rwb")
        assert lines.readline().startswith(b"INFO")
        lines.write(f"CONNECT {login}\r\n".encode())
        lines.flush()
        answer = lines.readline()
        lines.close()

    assert answer == b"-ERR 'Authorization Violation'\r\n"
