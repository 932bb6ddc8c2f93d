"""What real brokers do with the configuration we give them."""

import signal
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from iot_gateway import mosquitto
from iot_gateway.broker import MAX_MESSAGE_BYTES, write_users
from iot_gateway.logins import GATEWAY, Address
from tests.iot_gateway.brokers import start_nats
from tests.iot_gateway.peer import is_acknowledged
from tests.iot_gateway.taker import Taker
from traceability.telemetry import topics

pytestmark = pytest.mark.slow

HOST = "127.0.0.1"
OURS = topics.readings("cold-7")
LARGE = 2 * 1024 * 1024


def rewrite(running, folder, users):
    if running.native_port is None:
        mosquitto.write_config(folder, users, HOST, running.port)
    else:
        write_users(folder, users)


def test_a_payload_of_two_mebibytes_reaches_the_gateway(address_of, peer, new_inbox):
    with closing(Taker(new_inbox())) as gateway:
        peer(address_of("cold-7")).publish(OURS, bytes(LARGE))

        assert gateway.wait_to_hear(1) == [(OURS, bytes(LARGE))]


def test_a_payload_above_the_limit_ends_the_connection_and_is_not_acknowledged(address_of, peer):
    device = peer(address_of("cold-7"))

    sent = device.send(OURS, bytes(MAX_MESSAGE_BYTES + 2048))

    assert device.closed.wait(60)
    assert not is_acknowledged(sent)


def test_a_backlog_of_large_payloads_reaches_the_gateway_on_one_connection(address_of, peer, new_inbox):
    Taker(new_inbox()).close()
    device = peer(address_of("cold-7"))
    for number in range(60):
        device.publish(OURS, bytes([number]) * LARGE)

    with capture_logs() as said, closing(Taker(new_inbox())) as gateway:
        gateway.wait_to_hear(60)

    assert {payload[0] for payload in gateway.got} == set(range(60))
    assert [line["event"] for line in said] == ["broker is there"]


def test_a_killed_nats_loses_nothing_it_acknowledged(tmp_path, passwords, peer):
    nats = start_nats(tmp_path / "broker", passwords)
    device = peer(Address(HOST, nats.port, "cold-7", passwords["cold-7"]))
    sent = [(number, device.send(OURS, b"%d" % number)) for number in range(50_000)]
    sent[2_000][1].wait_for_publish(20)

    nats.process.send_signal(signal.SIGKILL)
    nats.process.wait()
    assert device.closed.wait(60)
    acknowledged = {number for number, publish in sent if is_acknowledged(publish)}
    again = start_nats(tmp_path / "broker", passwords)
    try:
        address = Address(HOST, again.port, GATEWAY, passwords[GATEWAY])
        with closing(Taker(again.inbox(address))) as gateway:
            gateway.wait_to_hear(len(acknowledged))
    finally:
        again.stop()

    assert 2_000 < len(acknowledged) < 50_000
    assert acknowledged <= {int(payload) for payload in gateway.got}


def test_a_running_broker_takes_over_new_devices_and_passwords_and_disconnects_who_has_none_any_more(
    tmp_path, running, address_of, passwords, peer, new_inbox
):
    changed, withdrawn = peer(address_of("cold-7")), peer(address_of("cold-8"))
    users = {GATEWAY: passwords[GATEWAY], "cold-7": "changed", "new-1": "fresh"}
    with capture_logs() as said, closing(Taker(new_inbox())) as gateway:
        rewrite(running, tmp_path / "broker", users)
        running.process.send_signal(signal.SIGHUP)

        assert changed.closed.wait(60)
        assert withdrawn.closed.wait(60)
        assert [peer(address_of(user)).refused for user in ("cold-7", "cold-8")] == [True, True]
        for user, password in (("new-1", "fresh"), ("cold-7", "changed")):
            peer(Address(HOST, running.port, user, password)).publish(topics.readings(user), b"here I am")
        assert {topic for topic, _ in gateway.wait_to_hear(2)} == {OURS, topics.readings("new-1")}
    assert [line["event"] for line in said] == ["broker is there"]
