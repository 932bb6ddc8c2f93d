"""Whoever does not have a device's password hears nothing meant for it, and takes nothing over."""

import time
from contextlib import closing
from dataclasses import replace

import pytest

from iot_gateway.logins import GATEWAY, Address
from iot_gateway.nats import Connection
from iot_gateway.simulate.encode import encode_message
from tests.iot_gateway.peer import WITHIN_S
from tests.iot_gateway.world import HELPER, HOST, PASSWORDS, SECOND_HELPER, wait_until
from traceability.errors import Unavailable
from traceability.telemetry import topics

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "filters",
    [
        ["#", "+/+/+/+", "+/+/+/readings", "guoji/#", "guoji/v1/#", "guoji/v1/+/readings", "/#"],
        ["guoji/v1/{victim}/#", "guoji/v1/{victim}/readings", "guoji/v1/{victim}/receipts"],
        ["guoji/v1/+/receipts", "guoji.v1.{victim}.receipts", "guoji/v1//{victim}/receipts"],
        ["$share/guoji/guoji/v1/#", "$share/x/guoji/v1/{victim}/receipts", "$queue/guoji/v1/#"],
        ["$MQTT/#", "$MQTT/msgs/#", "$MQTT/sub/#", "$MQTT/sub/+", "$MQTT.sub.>", "$MQTT/rmsgs/#"],
        ["$JS/#", "$JS/API/#", "$SYS/#", "$SYS/ACCOUNT/#", "_INBOX/#", "_INBOX/+/+", "$NRG/#"],
    ],
    ids=["wildcards", "the victim's", "receipts", "shared", "of NATS' MQTT", "of NATS"],
)
def test_a_device_hears_nothing_of_others_whatever_it_subscribes_to(world, impostor, pair, victim, filters):
    # Mosquitto grants any subscription, and then delivers nothing.
    for each in filters:
        impostor.subscribe(each.format(victim=pair[1]))
    assert impostor.subscribe(topics.receipts(pair[0]))

    victim.send_and_wait()
    own = encode_message(pair[0], 7, 1, time.time_ns() // 1_000_000, {"air_temperature": 5})
    impostor.publish(topics.readings(pair[0]), own)
    impostor.wait_to_hear(1)

    assert {topic for topic, _ in impostor.heard} == {topics.receipts(pair[0])}


@pytest.mark.parametrize("stays", [True, False], ids=["connected", "in a lasting session"])
def test_a_device_takes_no_turn_of_the_gateways_and_all_that_others_send_is_stored(
    world, impostor, pair, victim, stays
):
    # Mosquitto would hand it every second message, and then drop that one. See `logins.group_of_gateways`.
    for group in ("guoji", "$group", GATEWAY, HELPER):
        impostor.subscribe(f"$share/{group}/{topics.ALL}")
    if not stays:
        impostor.close()
    now_ms = time.time_ns() // 1_000_000
    sent = [encode_message(pair[1], 8, number, now_ms, {"battery": 7}) for number in range(1, 51)]

    for payload in sent:
        victim.peer.publish(topics.readings(pair[1]), payload)

    wait_until(lambda: len(world.stored(pair[1])) == len(sent))
    assert sorted(each.payload for each in world.stored(pair[1])) == sorted(sent)


def guesses(world, user):
    """What could be the client id of `user`, for one who does not know the password."""
    address, unknown = world.address(user), Address(HOST, world.mqtt_port, user, "a guess")
    # At NATS whoever knows it takes the session over; so it is a secret.
    known = [address.client_id] if world.native_port is None else []
    return [*known, user, unknown.client_id, replace(unknown, password="").client_id, f"{user}-1"]


def test_nobody_takes_over_the_connection_of_a_device(world, peer, pair, victim):
    taken = [peer(world.address(pair[0]), guess) for guess in guesses(world, pair[1])]

    victim.send_and_wait()

    assert not victim.peer.closed.is_set()
    assert len(victim.receipts()) == 1
    assert [each.heard for each in taken] == [[] for _ in taken]


at_mosquitto = pytest.mark.parametrize("world", ["mosquitto"], indirect=True, scope="module")
"""The brokers that keep something for a device that is away: at NATS, receipts have QoS 0."""


@at_mosquitto
def test_nobody_takes_over_what_is_kept_for_a_device(world, peer, pair):
    victim = peer(world.address(pair[1]))
    assert victim.subscribe(topics.receipts(pair[1]))
    victim.close()
    helper = peer(world.address(HELPER), fresh=True)
    helper.publish(topics.receipts(pair[1]), b"while away")

    taken = [peer(world.address(pair[0]), guess) for guess in guesses(world, pair[1])]
    back = peer(world.address(pair[1]))

    wait_until(lambda: (topics.receipts(pair[1]), b"while away") in back.heard)
    assert [each.heard for each in taken] == [[] for _ in taken]


@at_mosquitto
def test_nobody_takes_over_the_session_of_a_gateway(world, peer, pair):
    gateway = peer(world.address(SECOND_HELPER))
    assert gateway.subscribe(topics.of_device(pair[1]))
    gateway.close()
    victim = peer(world.address(pair[1]))
    victim.publish(topics.readings(pair[1]), b"while it was away")

    taken = [peer(world.address(pair[0]), guess) for guess in guesses(world, SECOND_HELPER)]
    back = peer(world.address(SECOND_HELPER))

    wait_until(lambda: (topics.readings(pair[1]), b"while it was away") in back.heard)
    assert [each.heard for each in taken] == [[] for _ in taken]


at_nats = pytest.mark.parametrize("world", ["nats"], indirect=True, scope="module")
"""The brokers that have a port of their own for gateways."""


@at_nats
@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("cold-0", PASSWORDS["cold-0"]),
        (GATEWAY, PASSWORDS["cold-0"]),
        (GATEWAY, ""),
        ("", ""),
        ("keeper", "keeper"),
    ],
    ids=["device", "gateway with another's", "gateway without", "nobody", "keeper"],
)
def test_at_the_native_port_nobody_logs_in_but_a_gateway(world, user, password):
    with pytest.raises(Unavailable, match="Authorization Violation"):
        Connection(Address(HOST, world.native_port, user, password))

    Connection(Address(HOST, world.native_port, HELPER, PASSWORDS[HELPER])).close()


@at_nats
def test_the_password_of_a_gateway_lets_nobody_in_among_the_devices(world, peer):
    """A session there would hear every reading, and have the broker keep them for it."""
    assert peer(world.address(HELPER)).refused
    assert not peer(world.address("cold-0")).refused


@at_nats
@pytest.mark.parametrize(
    "line",
    [
        b"SUB > 9",
        b"SUB guoji.v1.> 9",
        b"SUB guoji.v1.cold-0.receipts 9",
        b"SUB $MQTT.> 9",
        b"SUB $MQTT.sub.> 9",
        b"SUB $JS.> 9",
        b"SUB $SYS.> 9",
        b"PUB $JS.API.STREAM.PURGE.$MQTT_msgs 0\r\n",
        b"PUB $JS.API.STREAM.DELETE.$MQTT_msgs 0\r\n",
        b"PUB $JS.API.STREAM.MSG.DELETE.$MQTT_msgs 0\r\n",
        b"PUB $JS.API.CONSUMER.DELETE.$MQTT_msgs.guoji 0\r\n",
        b"PUB $MQTT.msgs.guoji.v1.cold-0.readings 0\r\n",
        b"PUB guoji.v1.cold-0.readings 0\r\n",
    ],
)
def test_a_gateway_at_the_native_port_can_take_and_answer_readings_and_no_more(world, line):
    with closing(Connection(Address(HOST, world.native_port, HELPER, PASSWORDS[HELPER]))) as connection:
        connection.send(line + b"\r\n")
        with pytest.raises(Unavailable, match="Permissions Violation"):
            connection.read(WITHIN_S)
