"""Whoever does not have a device's password is not heard as that device, and hears nothing meant for it."""

import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.broker import start_broker
from iot_gateway.gateway import run
from iot_gateway.inbox import MqttInbox
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import GATEWAY, Address
from iot_gateway.nats import Connection
from iot_gateway.simulate.encode import encode_message
from tests.iot_gateway.conftest import start_mosquitto
from tests.iot_gateway.peer import WITHIN_S, Peer
from traceability.errors import Unavailable
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.store.arrivals import ArrivalTable
from traceability.store.device_keys import DeviceKeyTable
from traceability.store.devices import DeviceTable
from traceability.store.readings import ReadingTable
from traceability.store.schema import metadata, open_engine
from traceability.telemetry import topics
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.receipt import open_receipt

pytestmark = pytest.mark.slow

HOST = "127.0.0.1"
SIGNER = NoteSigner("guoji.example/gateway", Ed25519PrivateKey.from_private_bytes(bytes(32)))
ALIASES = [f"cold-{number}" for number in range(60)]
HELPER, SECOND_HELPER = "@helper", "@second"
"""Gateways that the test speaks for itself."""
PASSWORDS = {user: f"password-of-{user}-{'x' * 16}" for user in (GATEWAY, HELPER, SECOND_HELPER, *ALIASES)}


@dataclass(frozen=True, slots=True)
class World:
    """A broker, and a gateway that stores what it hears there."""

    mqtt_port: int
    native_port: int | None
    engine: object

    def address(self, user):
        return Address(HOST, self.mqtt_port, user, PASSWORDS[user])

    def stored(self, alias):
        return list(ReadingTable(self.engine).between(alias, 0, 10**14))

    def quarantined(self, alias):
        """What was refused of it, and why."""
        return [each for each in ReadingTable(self.engine).quarantined(10_000) if f"/{alias}/" in each.topic]


@pytest.fixture(scope="module", params=["nats", "mosquitto"])
def world(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    with ExitStack() as stack:
        if request.param == "mosquitto":
            process, mqtt_port = start_mosquitto(folder / "broker", PASSWORDS)
            native_port = None
            stack.callback(process.wait)
            stack.callback(process.terminate)
        else:
            broker = start_broker(folder / "broker", PASSWORDS)
            mqtt_port, native_port = broker.port, broker.native_port
            stack.callback(broker.stop)
        engine = a_store(folder / "store.db")
        stack.callback(engine.dispose)
        log = structlog.get_logger()
        if request.param == "nats":
            inbox = JetStreamInbox(Address(HOST, native_port, GATEWAY, PASSWORDS[GATEWAY]), log)
        else:
            gateway = Address(HOST, mqtt_port, GATEWAY, PASSWORDS[GATEWAY])
            inbox = MqttInbox(gateway, log)
        stack.enter_context(a_gateway(inbox, engine, log))
        yield World(mqtt_port, native_port, engine)


def a_store(file):
    engine = open_engine(f"sqlite:///{file}", create=True)
    metadata.create_all(engine)
    for alias in ALIASES:
        giai, place = f"https://id.gs1.org/8004/9521321{alias}", "https://id.gs1.org/414/9521321000032"
        DeviceTable(engine).keep(Device(alias, giai, "9521321000018", {}, place, cold_chain=True))
    return engine


@contextmanager
def a_gateway(inbox, engine, log):
    stop = threading.Event()
    inbox.open()
    worker = threading.Thread(target=run, args=(inbox, ArrivalTable(engine), SIGNER, 60, stop, log))
    worker.start()
    try:
        assert inbox.subscribed.wait(10)
        yield
    finally:
        stop.set()
        worker.join()
        inbox.close()


@pytest.fixture
def peer():
    """Makes peers, and closes them after the test."""
    with ExitStack() as stack:

        def make(address, client_id=None, **more):
            made = Peer(address, client_id, **more)
            stack.callback(made.close)
            return made

        yield make


FRESH = count()


@pytest.fixture
def pair():
    """An impostor, whose own login is in order, and a victim; nobody has heard of them before this test."""
    first = next(FRESH) * 2 % len(ALIASES)
    return ALIASES[first], ALIASES[first + 1]


class Victim:
    """A device that sends as it should, and keeps what it hears."""

    def __init__(self, peer, alias, signer=None):
        self.peer, self.alias = peer, alias
        self.payload = encode_message(
            alias, 7, 1, time.time_ns() // 1_000_000, {"air_temperature": 4}, signer
        )
        assert peer.subscribe(topics.receipts(alias))

    def send_and_wait(self):
        """What comes first to its topic of receipts. All that was published before has been judged then."""
        before = len(self.peer.heard)
        self.peer.publish(topics.readings(self.alias), self.payload)
        self.peer.wait_to_hear(before + 1)
        return self.receipts()

    def receipts(self):
        return [open_receipt(note, [NoteVerifier.of(SIGNER)]) for _, note in self.peer.heard]


@pytest.fixture
def victim(world, peer, pair):
    return Victim(peer(world.address(pair[1])), pair[1])


@pytest.fixture
def impostor(world, peer, pair):
    return peer(world.address(pair[0]))


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
    late = [peer(world.address(HELPER), fresh=True), peer(world.address(pair[1]), fresh=True)]
    assert late[0].subscribe(topics.of_device(pair[1]))
    late[1].subscribe(topics.receipts(pair[1]))
    late[1].publish(topics.readings(pair[1]), victim.payload)
    late[1].wait_to_hear(1)
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


def wait_until(reached):
    give_up_at_s = time.monotonic() + WITHIN_S
    while not reached():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.02)


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


def guesses(world, user):
    """What could be the client id of `user`, for one who does not know the password."""
    address, unknown = world.address(user), Address(HOST, world.mqtt_port, user, "a guess")
    # At NATS whoever knows it takes the session over; so it is a secret.
    known = [address.client_id] if world.native_port is None else []
    return [*known, user, unknown.client_id, replace(unknown, password="").client_id, f"{user}-1"]


def test_nobody_takes_over_the_session_of_a_device(world, peer, pair):
    victim = peer(world.address(pair[1]))
    assert victim.subscribe(topics.receipts(pair[1]))
    taken = [peer(world.address(pair[0]), guess) for guess in guesses(world, pair[1])]
    helper = peer(world.address(HELPER), fresh=True)
    helper.publish(topics.receipts(pair[1]), b"while connected")

    victim.wait_to_hear(1)
    assert not victim.closed.is_set()
    victim.close()
    helper.publish(topics.receipts(pair[1]), b"while away")
    taken += [peer(world.address(pair[0]), guess) for guess in guesses(world, pair[1])]
    back = peer(world.address(pair[1]))

    wait_until(lambda: (topics.receipts(pair[1]), b"while away") in back.heard)
    assert victim.heard == [(topics.receipts(pair[1]), b"while connected")]
    assert [each.heard for each in taken] == [[] for _ in taken]


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


def test_a_receipt_that_a_device_writes_to_itself_is_kept_apart_and_frees_nobody_else(
    world, pair, impostor, victim
):
    victim.send_and_wait()
    [(_, note)] = victim.peer.heard

    impostor.publish(topics.receipts(pair[0]), note)
    wait_until(lambda: world.quarantined(pair[0]))

    assert "is no topic for readings" in world.quarantined(pair[0])[0].reason
    assert open_receipt(note, [NoteVerifier.of(SIGNER)]).device == pair[1]


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
@pytest.mark.parametrize(
    "line",
    [
        b"SUB > 9",
        b"SUB $MQTT.> 9",
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


def test_a_web_browser_that_is_led_to_the_broker_gets_nowhere(world):
    with socket.create_connection((HOST, world.mqtt_port), timeout=10) as browser:
        browser.sendall(b"POST / HTTP/1.1\r\nHost: broker\r\n\r\n")
        try:
            answer = browser.recv(1000)
        except ConnectionResetError:
            answer = b""

    assert answer == b""
