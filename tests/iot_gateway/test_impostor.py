"""Whoever does not have a device's password is not heard as that device, whatever they send."""

import socket
import time
from contextlib import closing

import pytest

from iot_gateway.logins import GATEWAY, Address
from iot_gateway.simulate.encode import encode_message
from tests.iot_gateway.peer import Peer
from tests.iot_gateway.world import HELPER, HOST, PASSWORDS, SIGNER, Victim, wait_until
from traceability.log.note import NoteVerifier
from traceability.store.device_keys import DeviceKeyTable
from traceability.telemetry import topics
from traceability.telemetry.device import DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.receipt import open_receipt

pytestmark = pytest.mark.slow


def is_refused(peer, address):
    try:
        return bool(peer(address).refused)
    except OSError:
        return True


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("cold-0", ""),
        ("cold-0", "a guess"),
        ("cold-0", PASSWORDS["cold-1"]),
        ("cold-0", PASSWORDS[GATEWAY]),
        (GATEWAY, PASSWORDS["cold-1"]),
        (GATEWAY, ""),
        ("@stranger", PASSWORDS[GATEWAY]),
        ("COLD-0", PASSWORDS["cold-0"]),
        ("", ""),
        ("", PASSWORDS["cold-0"]),
    ],
    ids=lambda each: each.replace("password-of-", "of ").replace("x" * 16, ""),
)
def test_nobody_logs_in_without_the_password_that_belongs_to_the_name(world, peer, user, password):
    assert is_refused(peer, Address(HOST, world.mqtt_port, user, password))


def topics_of_others(victim):
    return [
        topics.readings(victim),
        topics.receipts(victim),
        f"guoji/v1/{victim}",
        f"/guoji/v1/{victim}/readings",
        f"guoji/v1//{victim}/readings",
        f"guoji.v1.{victim}.readings",
        f"guoji/v1.{victim}/readings",
        f"$MQTT/msgs/guoji/v1/{victim}/readings",
        f"$MQTT.msgs.guoji.v1.{victim}.readings",
        f"$MQTT/rmsgs/guoji/v1/{victim}/receipts",
        "$MQTT/deliver/pubrel/x",
        "$JS/API/STREAM/PURGE/$MQTT_msgs",
        "$JS/API/STREAM/DELETE/$MQTT_msgs",
        "$JS/API/CONSUMER/DELETE/$MQTT_msgs/guoji",
        "$JS/ACK/$MQTT_msgs/guoji/1/1/1/1/0",
        "$SYS/REQ/SERVER/PING",
        "$SYS/REQ/SERVER/PING/KICK",
        "guoji/v1/@gateway/readings",
        "elsewhere",
    ]


@pytest.mark.parametrize("qos", [0, 1, 2])
@pytest.mark.parametrize("retain", [False, True], ids=["passing", "retained"])
def test_what_is_published_on_anothers_topic_is_neither_stored_nor_kept_nor_heard(
    world, peer, pair, victim, qos, retain
):
    forged = encode_message(pair[1], 7, 1, time.time_ns() // 1_000_000, {"air_temperature": 99})
    for topic in topics_of_others(pair[1]):
        # Anew each time: Mosquitto acknowledges what it refuses, and then ends the connection.
        with closing(Peer(world.address(pair[0]))) as impostor:
            impostor.offer(topic, forged, qos, retain)

    [receipt] = victim.send_and_wait()

    # A forged one, had it been taken in, would have come first, and the victim's own would be a conflict.
    assert [each.payload for each in world.stored(pair[1])] == [victim.payload]
    assert (receipt.quarantined, receipt.conflicts, receipt.refused) == ((), (), ())
    assert world.quarantined(pair[1]) == []
    late = [peer(world.address(pair[1]), fresh=True)]
    late[0].subscribe(topics.receipts(pair[1]))
    if world.native_port is None:  # at NATS no gateway subscribes
        late.append(peer(world.address(HELPER), fresh=True))
        assert late[1].subscribe(topics.of_device(pair[1]))
    late[0].publish(topics.readings(pair[1]), victim.payload)
    late[0].wait_to_hear(1)
    assert forged not in [payload for each in (victim.peer, *late) for _, payload in each.heard]


def test_the_will_of_a_device_is_not_published_on_anothers_topic(world, peer, pair, victim):
    forged = encode_message(pair[1], 7, 1, time.time_ns() // 1_000_000, {"air_temperature": 99})
    for topic in (topics.readings(pair[1]), topics.receipts(pair[1])):
        dying = Peer(world.address(pair[0]), will=(topic, forged))
        if not dying.refused:
            dying.vanish()
    # Its will on its own topic does come, and by then the others would have.
    ours = encode_message(pair[0], 7, 1, time.time_ns() // 1_000_000, {"air_temperature": 5})
    Peer(world.address(pair[0]), will=(topics.readings(pair[0]), ours)).vanish()
    wait_until(lambda: world.stored(pair[0]))

    [receipt] = victim.send_and_wait()

    assert [each.payload for each in world.stored(pair[1])] == [victim.payload]
    assert (receipt.quarantined, receipt.conflicts, receipt.refused) == ((), (), ())
    assert world.quarantined(pair[1]) == []


@pytest.mark.parametrize("signed", [False, True], ids=["plain", "signed"])
def test_what_another_has_sent_is_never_counted_as_ones_own(world, peer, pair, impostor, signed):
    keys = [DeviceSigner.make(Algorithm.EdDSA) if signed else None for _ in pair]
    for alias, key in zip(pair, keys, strict=True):
        if key is not None:
            DeviceKeyTable(world.engine).add(alias, DeviceKey(key.public, 0))
    victim = Victim(peer(world.address(pair[1])), pair[1], keys[1])
    assert impostor.subscribe(topics.receipts(pair[0]))
    victim.send_and_wait()

    impostor.publish(topics.readings(pair[0]), victim.payload)

    impostor.wait_to_hear(1)
    [answer] = [open_receipt(note, [NoteVerifier.of(SIGNER)]) for _, note in impostor.heard]
    assert (answer.runs, len(answer.refused)) == (None, 1)
    assert world.stored(pair[0]) == []
    assert [each.reason for each in world.quarantined(pair[0])] == [answer.refused[0].reason]
    assert [each.payload for each in world.stored(pair[1])] == [victim.payload]
    assert victim.receipts()[-1].conflicts == ()


def test_a_message_that_names_another_device_inside_counts_for_neither(world, pair, impostor, victim):
    forged = encode_message(pair[1], 7, 1, time.time_ns() // 1_000_000, {"air_temperature": 99})
    assert impostor.subscribe(topics.receipts(pair[0]))

    impostor.publish(topics.readings(pair[0]), forged)
    impostor.wait_to_hear(1)
    [receipt] = victim.send_and_wait()

    assert world.stored(pair[0]) == []
    assert [each.payload for each in world.stored(pair[1])] == [victim.payload]
    assert receipt.conflicts == ()


@pytest.mark.parametrize("world", ["mosquitto"], indirect=True, scope="module")
def test_a_receipt_that_a_device_writes_to_itself_is_kept_apart_and_frees_nobody_else(
    world, pair, impostor, victim
):
    victim.send_and_wait()
    [(_, note)] = victim.peer.heard

    impostor.publish(topics.receipts(pair[0]), note)
    wait_until(lambda: world.quarantined(pair[0]))

    assert "is no topic for readings" in world.quarantined(pair[0])[0].reason
    assert open_receipt(note, [NoteVerifier.of(SIGNER)]).device == pair[1]


@pytest.mark.parametrize("world", ["nats"], indirect=True, scope="module")
@pytest.mark.parametrize("retain", [False, True], ids=["passing", "retained"])
def test_the_broker_keeps_nothing_that_a_device_writes_to_itself_as_a_receipt(world, peer, pair, retain):
    session = peer(world.address(pair[0]), "lasting")
    session.subscribe(topics.receipts(pair[0]))
    session.close()
    impostor = peer(world.address(pair[0]))

    for qos in (0, 1, 2):
        impostor.offer(topics.receipts(pair[0]), b"kept without end", qos, retain)

    back = Victim(peer(world.address(pair[0]), "lasting"), pair[0])
    back.send_and_wait()
    assert b"kept without end" not in [payload for _, payload in back.peer.heard]


@pytest.mark.parametrize("world", ["mosquitto"], indirect=True, scope="module")
def test_a_mosquitto_keeps_nothing_that_a_device_wants_retained(world, peer, pair, impostor):
    impostor.offer(topics.receipts(pair[0]), b"retained", retain=True)

    late = Victim(peer(world.address(pair[0]), fresh=True), pair[0])
    late.send_and_wait()
    assert b"retained" not in [payload for _, payload in late.peer.heard]


def test_a_web_browser_that_is_led_to_the_broker_gets_nowhere(world):
    with socket.create_connection((HOST, world.mqtt_port), timeout=10) as browser:
        browser.sendall(b"POST / HTTP/1.1\r\nHost: broker\r\n\r\n")
        try:
            answer = browser.recv(1000)
        except ConnectionResetError:
            answer = b""

    assert answer == b""
