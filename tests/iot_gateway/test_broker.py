"""What real brokers do with the configuration we give them."""

import signal

import pytest

from iot_gateway import mosquitto
from iot_gateway.broker import MAX_MESSAGE_BYTES, start_broker, write_users
from iot_gateway.logins import GATEWAY, Address
from tests.iot_gateway.brokers import STARTERS
from tests.iot_gateway.peer import is_acknowledged
from traceability.telemetry import topics

pytestmark = pytest.mark.slow

HOST = "127.0.0.1"
OURS = topics.readings("cold-7")
LARGE = 2 * 1024 * 1024
REWRITERS = {
    "nats": lambda folder, passwords, _port: write_users(folder, passwords),
    "mosquitto": lambda folder, passwords, port: mosquitto.write_config(folder, passwords, HOST, port),
}


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


def test_a_payload_of_two_mebibytes_reaches_the_gateway(address_of, peer, gateway_of):
    gateway = gateway_of(address_of(GATEWAY))

    peer(address_of("cold-7")).publish(OURS, bytes(LARGE))

    assert gateway.wait_to_hear(1) == [(OURS, bytes(LARGE))]


def test_a_payload_above_the_limit_ends_the_connection_and_is_not_acknowledged(address_of, peer):
    device = peer(address_of("cold-7"))

    sent = device.send(OURS, bytes(MAX_MESSAGE_BYTES + 2048))

    assert device.closed.wait(10)
    assert not is_acknowledged(sent)


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
    acknowledged = {number for number, publish in sent if is_acknowledged(publish)}
    again = start_broker(tmp_path / "broker", passwords, port=nats.port)
    try:
        gateway = peer(nats_address(GATEWAY))
        gateway.wait_to_hear(len(acknowledged))
        gateway.close()
    finally:
        again.stop()

    assert 2_000 < len(acknowledged) < 50_000
    assert acknowledged <= {int(payload) for _, payload in gateway.heard}


@pytest.mark.parametrize("kind", STARTERS)
def test_a_running_broker_takes_over_new_devices_and_passwords_and_disconnects_who_has_none_any_more(
    tmp_path, passwords, peer, gateway_of, kind
):
    process, port = STARTERS[kind](tmp_path / "broker", passwords)
    try:
        before = {user: Address(HOST, port, user, password) for user, password in passwords.items()}
        gateway = gateway_of(before[GATEWAY])
        changed, withdrawn = peer(before["cold-7"]), peer(before["cold-8"])

        users = {GATEWAY: passwords[GATEWAY], "cold-7": "changed", "new-1": "fresh"}
        REWRITERS[kind](tmp_path / "broker", users, port)
        process.send_signal(signal.SIGHUP)

        assert changed.closed.wait(10)
        assert withdrawn.closed.wait(10)
        assert [peer(before[user]).refused for user in ("cold-7", "cold-8")] == [True, True]
        for user, password in (("new-1", "fresh"), ("cold-7", "changed")):
            peer(Address(HOST, port, user, password)).publish(topics.readings(user), b"here I am")
        assert {topic for topic, _ in gateway.wait_to_hear(2)} == {OURS, topics.readings("new-1")}
        assert not gateway.closed.is_set()
    finally:
        process.terminate()
        process.wait()
