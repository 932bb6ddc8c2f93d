"""The inbox on a Mosquitto: what several gateways share, and what waits for one that is away."""

import socket

import pytest
from structlog.testing import capture_logs

from iot_gateway.inbox import MqttInbox
from iot_gateway.logins import Address, make_passwords
from tests.iot_gateway.brokers import GROUP, start_mosquitto, start_nats
from tests.iot_gateway.peer import WITHIN_S, Peer
from tests.iot_gateway.taker import Taker
from tests.iot_gateway.world import wait_until
from traceability.ledger.record import SignedReceipt
from traceability.telemetry import topics

pytestmark = pytest.mark.slow

OURS = topics.readings("cold-7")
GATEWAYS = ("@gateway", "@gateway-2", "@gateway-3")


@pytest.fixture
def passwords(tmp_path):
    return make_passwords(tmp_path / "passwords.json", [*GATEWAYS, "cold-7"])


@pytest.fixture
def address_of(tmp_path, passwords):
    broker = start_mosquitto(tmp_path / "broker", passwords)
    yield lambda user: Address("127.0.0.1", broker.port, user, passwords[user])
    broker.stop()


@pytest.fixture
def device(address_of, peer):
    return peer(address_of("cold-7"))


@pytest.fixture
def gateway(address_of, log):
    """Starts one of this name."""
    started = []

    def start(user, **more):
        started.append(Taker(MqttInbox(address_of(user), GROUP, log), **more))
        return started[-1]

    yield start
    for each in started:
        each.close()


def publish(device, first, count=300):
    payloads = [b"%d" % number for number in range(first, first + count)]
    for payload in payloads:
        device.publish(OURS, payload)
    return payloads


def test_each_message_goes_to_one_of_many_gateways(device, gateway):
    gateways = [gateway(user) for user in GATEWAYS]

    sent = publish(device, 0)

    wait_until(lambda: sum(len(each.got) for each in gateways) >= len(sent))
    assert sorted(payload for each in gateways for payload in each.got) == sorted(sent)
    assert all(each.got for each in gateways)


def test_what_is_set_aside_for_a_gateway_waits_for_it_alone(device, gateway):
    away, there = gateway(GATEWAYS[0], hangs=True), gateway(GATEWAYS[1])
    sent = publish(device, 0)
    wait_until(lambda: len(there.got) == len(sent) / 2)
    away.close()
    sent += publish(device, len(sent))
    wait_until(lambda: len(there.got) == len(sent) / 2)

    back = gateway(GATEWAYS[0])

    wait_until(lambda: len(back.got) == len(sent) / 2)
    assert sorted(back.got + there.got) == sorted(sent)


def test_who_logs_in_afresh_under_the_name_of_a_gateway_ends_its_session(device, gateway, address_of):
    gone, there = gateway(GATEWAYS[0]), gateway(GATEWAYS[1])
    gone.close()

    Peer(address_of(GATEWAYS[0]), fresh=True).close()

    sent = publish(device, 0)
    wait_until(lambda: len(there.got) == len(sent))


def test_a_gateway_that_hangs_is_sent_only_so_many(device, gateway, monkeypatch):
    monkeypatch.setattr("iot_gateway.inbox.MAX_UNACKNOWLEDGED", 20)
    hanging = gateway(GATEWAYS[0], hangs=True)

    publish(device, 0)

    wait_until(lambda: len(hanging.got) >= 20)
    assert len(hanging.got) == 20


def test_the_answers_of_a_gateway_reach_no_gateway(device, gateway):
    first, second = gateway(GATEWAYS[0]), gateway(GATEWAYS[1])
    assert device.subscribe(topics.receipts("cold-7"))

    for number in range(10):
        first.inbox.answer([SignedReceipt("cold-7", b"%d" % number)])
    device.wait_to_hear(10)
    sent = publish(device, 100, count=2)

    wait_until(lambda: len(first.got + second.got) >= len(sent))
    assert sorted(first.got + second.got) == sent


def test_a_gateway_that_another_one_of_its_name_pushes_out_says_so(address_of, log):
    inboxes = [MqttInbox(address_of(GATEWAYS[0]), GROUP, log) for _ in range(2)]
    with capture_logs() as said:
        for inbox in inboxes:
            inbox.open()
            assert inbox.subscribed.wait(WITHIN_S)
        wait_until(lambda: len([line for line in said if "reason" in line]) >= 4)
        for inbox in inboxes:
            inbox.close()

    reasons = [line["reason"] for line in said if "reason" in line]
    assert reasons[:2] == ["it ended the connection"] * 2
    assert "if another gateway is logged in as @gateway, give each its own GUOJI_GATEWAY_USER" in reasons[3]


def test_a_broker_that_speaks_only_an_older_mqtt_is_named(tmp_path, passwords, log):
    broker = start_nats(tmp_path / "nats", passwords)
    with capture_logs() as said:
        inbox = MqttInbox(Address("127.0.0.1", broker.port, GATEWAYS[0], passwords[GATEWAYS[0]]), GROUP, log)
        inbox.open()
        wait_until(lambda: said)
        inbox.close()
    broker.stop()

    [line] = said
    assert line["reason"] == "Unsupported protocol version; if it is NATS, set nats_url"


def test_a_broker_that_would_forget_us_is_named(log):
    session_expiry = bytes([0x11]) + (3_600).to_bytes(4)
    accepted = bytes([0x20, 8, 0, 0, len(session_expiry)]) + session_expiry
    with socket.create_server(("127.0.0.1", 0)) as broker, capture_logs() as said:
        inbox = MqttInbox(Address("127.0.0.1", broker.getsockname()[1], GATEWAYS[0], "secret"), GROUP, log)
        inbox.open()
        with broker.accept()[0] as peer:
            peer.recv(1_000)
            peer.sendall(accepted)
            wait_until(lambda: said)
            inbox.close()

    assert [(line["event"], line["after_s"]) for line in said] == [
        ("broker forgets us if we are away", 3_600)
    ]
