import threading
import time
from contextlib import contextmanager
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from iot_gateway.inbox import MAX_HELD_BYTES
from iot_gateway.simulate.encode import encode_message
from iot_gateway.simulator import SimulatedDevice
from tests.iot_gateway.at_work import a_gateway
from tests.iot_gateway.peer import WITHIN_S
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.store.arrivals import ArrivalTable
from traceability.store.device_keys import DeviceKeyTable
from traceability.store.readings import ReadingTable
from traceability.store.schema import open_engine
from traceability.telemetry.authenticate import message_in
from traceability.telemetry.device import DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.reading import Authenticated
from traceability.telemetry.receipt import open_receipt
from traceability.telemetry.senml import decode

pytestmark = pytest.mark.slow


def now_ms():
    return time.time_ns() // 1_000_000


@contextmanager
def a_simulated(address, gateway, **changes):
    device = SimulatedDevice(address, [NoteVerifier.of(gateway)], **changes)
    device.open()
    try:
        yield device
    finally:
        device.close()


@pytest.fixture
def engine(database):
    engine = open_engine(database)
    yield engine
    engine.dispose()


def stored(engine, alias):
    return [decode(each.payload, alias) for each in ReadingTable(engine).between(alias, 0, 10**14)]


def test_every_reading_is_stored_once_and_freed_by_its_receipt(address_of, new_inbox, engine, signer, log):
    with (
        a_gateway(new_inbox(), ArrivalTable(engine), signer, log),
        a_simulated(address_of("cold-7"), signer) as device,
    ):
        for number in range(500):
            device.send(now_ms() - 1000 + number, {"air_temperature": number / 10, "door_open": False})
        device.settle(30)

    assert [each.sequence for each in stored(engine, "cold-7")] == list(range(1, 501))
    assert device.kept() == 0


@pytest.mark.parametrize("algorithm", Algorithm)
def test_what_a_device_signs_is_stored_as_signed_and_freed(
    address_of, new_inbox, engine, signer, log, algorithm
):
    key = DeviceSigner.make(algorithm)
    DeviceKeyTable(engine).add("cold-7", DeviceKey(key.public, 0))

    with (
        a_gateway(new_inbox(), ArrivalTable(engine), signer, log),
        a_simulated(address_of("cold-7"), signer, signer=key) as device,
    ):
        for number in range(20):
            device.send(now_ms() - 1000 + number, {"air_temperature": number / 10})
        device.settle(30)

    readings = list(ReadingTable(engine).between("cold-7", 0, 10**14))
    assert [message_in(each).sequence for each in readings] == list(range(1, 21))
    assert {each.authenticated for each in readings} == {Authenticated.SIGNED}


def test_what_a_device_signs_with_a_revoked_key_is_quarantined_and_answered(
    address_of, new_inbox, engine, signer, log
):
    key = DeviceSigner.make(Algorithm.EdDSA)
    DeviceKeyTable(engine).add("cold-7", DeviceKey(key.public, 0))
    DeviceKeyTable(engine).revoke("cold-7", key.public.key_id.hex(), 0, "stolen")

    with (
        a_gateway(new_inbox(), ArrivalTable(engine), signer, log),
        a_simulated(address_of("cold-7"), signer, signer=key) as device,
    ):
        device.send(now_ms(), {"air_temperature": 4})
        device.settle(30)

    assert ReadingTable(engine).counts().readings == 0
    [refused] = ReadingTable(engine).quarantined(9)
    assert refused.reason.endswith("was revoked at 1970-01-01T00:00:00.000+00:00: stolen")
    assert device.not_held == {1: f"refused: {refused.reason}"}


def test_a_device_frees_nothing_on_the_word_of_another_key(address_of, new_inbox, engine, signer, log):
    impostor = NoteSigner(signer.name, Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))

    with (
        a_gateway(new_inbox(), ArrivalTable(engine), impostor, log),
        a_simulated(address_of("cold-7"), signer) as device,
    ):
        device.send(now_ms(), {"air_temperature": 4})
        with pytest.raises(Exception, match="1 readings of cold-7 have no receipt"):
            device.settle(1)
        wait_for(lambda: len(stored(engine, "cold-7")) == 1)


def test_bad_input_is_quarantined_and_answered_and_the_gateway_goes_on(
    address_of, new_inbox, engine, signer, log
):
    ahead = encode_message("cold-7", 9, 2, now_ms() + 3_600_000, {"air_temperature": 4})
    not_a_number = encode_message("cold-7", 9, 3, now_ms(), {"air_temperature": float("nan")})
    bad = [b"{", b"\xff\x00", bytes(2 * 1024 * 1024), ahead, not_a_number]
    receipts = []

    with a_gateway(new_inbox(), ArrivalTable(engine), signer, log):
        device = a_client(address_of("cold-7"), receipts)
        for payload in bad:
            publish(device, "guoji/v1/cold-7/readings", payload)
        publish(device, "guoji/v1/cold-7/reading", b"to a wrong topic")
        publish(device, "guoji/v1/cold-7/readings", encode_message("cold-7", 9, 1, now_ms(), {"battery": 80}))
        publish(device, "guoji/v1/cold-7/readings", encode_message("cold-7", 9, 1, now_ms(), {"battery": 90}))
        wait_for(lambda: ReadingTable(engine).counts().conflicts == 1)
        wait_for(lambda: len(answered(receipts, signer)) == len(bad) + 2)
        device.disconnect()
        device.loop_stop()

    counts = ReadingTable(engine).counts()
    assert (counts.readings, counts.quarantined, counts.conflicts) == (1, len(bad) + 1, 1)
    assert {sha256(payload).digest() for payload in bad} < answered(receipts, signer)


@pytest.mark.parametrize("running", ["mosquitto"], indirect=True)
def test_what_a_device_sends_as_a_receipt_is_quarantined_but_not_our_own_answer_to_it(
    address_of, new_inbox, engine, signer, log
):
    receipts, forged = [], b"to the topic of our answers"

    with a_gateway(new_inbox(), ArrivalTable(engine), signer, log):
        device = a_client(address_of("cold-7"), receipts)
        publish(device, "guoji/v1/cold-7/receipts", forged)
        wait_for(lambda: len(receipts) == 2)
        time.sleep(0.5)
        device.disconnect()
        device.loop_stop()

    assert ReadingTable(engine).counts().quarantined == 1
    receipts.remove(forged)
    assert answered(receipts, signer) == {sha256(forged).digest()}


@pytest.mark.parametrize("running", ["mosquitto"], indirect=True)
def test_an_inbox_holds_only_so_many_bytes_and_takes_more_once_some_are_acknowledged(address_of, new_inbox):
    large, stop = bytes(2 * 1024 * 1024), threading.Event()
    count = MAX_HELD_BYTES // len(large) + 10
    inbox = new_inbox()
    inbox.open()
    assert inbox.subscribed.wait(60)
    device = a_client(address_of("cold-7"), [])
    for _ in range(count):
        publish(device, "guoji/v1/cold-7/readings", large)
    time.sleep(1)

    batches = inbox.batches(count, 0.5, stop)
    first = next(batches)
    assert sum(len(each.payload) for each in first.deliveries) <= MAX_HELD_BYTES
    first.acknowledge()
    rest = []
    while len(first.deliveries) + len(rest) < count:
        rest += next(batches).deliveries

    for _ in range(count):
        publish(device, "guoji/v1/cold-7/readings", large)
    time.sleep(1)
    inbox.close()  # although its network thread waits for room
    device.disconnect()
    device.loop_stop()


def test_a_device_reaches_only_its_own_topics(address_of, new_inbox, engine, signer, log):
    overheard = []

    with a_gateway(new_inbox(), ArrivalTable(engine), signer, log):
        impostor = a_client(address_of("cold-8"), overheard, listens_to="cold-7")
        # NATS acknowledges what it drops, Mosquitto too: only what is stored tells.
        publish(
            impostor, "guoji/v1/cold-7/readings", encode_message("cold-7", 9, 1, now_ms(), {"battery": 1})
        )
        with a_simulated(address_of("cold-7"), signer) as device:
            device.send(now_ms(), {"battery": 80})
            device.settle(60)
        impostor.disconnect()
        impostor.loop_stop()

    assert [each.measurements[0].value for each in stored(engine, "cold-7")] == [80]
    assert overheard == []


def a_client(address, received, listens_to=None):
    client = Client(CallbackAPIVersion.VERSION2, client_id=address.user, protocol=MQTTv311)
    client.username_pw_set(address.user, address.password)
    client.on_message = lambda _client, _data, message: received.append(message.payload)
    connected, answered = threading.Event(), threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.on_subscribe = lambda *_: answered.set()
    client.connect(address.host, address.port)
    client.loop_start()
    assert connected.wait(60)
    client.subscribe(f"guoji/v1/{listens_to or address.user}/receipts")
    assert answered.wait(60)
    return client


def publish(client, topic, payload):
    client.publish(topic, payload, qos=1).wait_for_publish(60)


def answered(receipts, signer):
    """Digests of all payloads that the receipts name as refused, quarantined or in conflict."""
    opened = [open_receipt(note, [NoteVerifier.of(signer)]) for note in receipts]
    named = [[*each.refused, *each.quarantined] for each in opened]
    conflicts = [conflict.came for each in opened for conflict in each.conflicts]
    return {one.digest for some in named for one in some} | set(conflicts)


def wait_for(condition):
    give_up_at_s = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.05)
