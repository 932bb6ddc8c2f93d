"""The inbox on a real NATS server: what it keeps for gateways, and what it forgets."""

import signal
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from iot_gateway.broker import MAX_MESSAGE_BYTES, program, start_broker, wait_until_open
from iot_gateway.consumer import CONSUMER, CREATE_CONSUMER, PREFIX, SETTINGS, STREAM, keep_for_gateways
from iot_gateway.jetstream import MAX_ASKED_BYTES, JetStreamInbox
from iot_gateway.logins import GATEWAY, Address
from iot_gateway.nats import Connection
from tests.iot_gateway.peer import WITHIN_S, Peer, is_acknowledged
from traceability.errors import Unavailable
from traceability.ledger.record import SignedReceipt
from traceability.ports import take_port
from traceability.telemetry import topics

OURS = topics.readings("cold-7")
HOST = "127.0.0.1"


@pytest.fixture
def broker(tmp_path, passwords):
    running = start_broker(tmp_path / "broker", passwords)
    yield running
    running.stop()


@pytest.fixture
def native(broker, passwords):
    """The address of a user on the native port."""
    return lambda user: Address(HOST, broker.native_port, user, passwords[user])


@pytest.fixture
def device(broker, passwords):
    made = Peer(Address(HOST, broker.port, "cold-7", passwords["cold-7"]))
    yield made
    made.close()


@contextmanager
def an_inbox(address, log):
    inbox = JetStreamInbox(address, log)
    inbox.open()
    try:
        yield inbox
    finally:
        inbox.close()


def batches(inbox, stop=None):
    return inbox.batches(5_000, 0.05, stop or threading.Event())


def taken(inbox, count, within_s=WITHIN_S):
    """The first `count` payloads, not acknowledged."""
    payloads, stop = [], threading.Event()
    timer = threading.Timer(within_s, stop.set)
    timer.start()
    for batch in batches(inbox, stop):
        payloads += [each.payload for each in batch.deliveries]
        if len(payloads) >= count:
            break
    timer.cancel()
    return payloads


def held(address):
    """How many messages wait for a gateway, and how many for its acknowledgement."""
    connection = Connection(address)
    consumer = connection.request(CREATE_CONSUMER, {"stream_name": STREAM, "config": SETTINGS})
    connection.close()
    return consumer["num_pending"], consumer["num_ack_pending"]


def wait_for(condition):
    give_up_at_s = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.02)


def test_what_a_device_publishes_before_any_gateway_has_run_reaches_the_first(native, device, log):
    device.publish(OURS, b"early")

    with an_inbox(native(GATEWAY), log) as inbox:
        [delivery] = next(batches(inbox)).deliveries

    assert (delivery.topic, delivery.payload) == (OURS, b"early")


def test_the_broker_forgets_what_is_acknowledged_and_nothing_else(native, device, log):
    with an_inbox(native(GATEWAY), log) as inbox:
        device.publish(OURS, b"1")
        batch = next(batches(inbox))
        device.publish(OURS, b"2")
        device.publish(OURS, b"3")
        assert taken(inbox, 2) == [b"2", b"3"]

        batch.acknowledge()

        wait_for(lambda: held(native(GATEWAY)) == (0, 2))


def test_what_is_not_acknowledged_in_time_goes_to_another_gateway(native, device, log, monkeypatch):
    monkeypatch.setitem(SETTINGS, "ack_wait", 1_000_000_000)
    with an_inbox(native(GATEWAY), log) as hanging, an_inbox(native(GATEWAY), log) as other:
        device.publish(OURS, b"1")
        by_each = [[], []]

        def both_had_it():
            for had, inbox in zip(by_each, (hanging, other), strict=True):
                had += taken(inbox, 1, within_s=0.3)
            return all(by_each)

        wait_for(both_had_it)

    assert {payload for had in by_each for payload in had} == {b"1"}


def test_a_gateway_that_stops_leaves_what_was_sent_to_it_to_another_at_once(native, device, log, monkeypatch):
    monkeypatch.setitem(SETTINGS, "ack_wait", 100 * WITHIN_S * 1_000_000_000)
    with an_inbox(native(GATEWAY), log) as stopping:
        device.publish(OURS, b"1")
        wait_for(lambda: held(native(GATEWAY)) == (0, 1))
        stopping.close()

        with an_inbox(native(GATEWAY), log) as other:
            assert taken(other, 1) == [b"1"]


def test_each_message_goes_to_one_of_many_gateways(native, device, log):
    inboxes = [JetStreamInbox(native(GATEWAY), log) for _ in range(3)]
    got, stop = {inbox: [] for inbox in inboxes}, threading.Event()

    def work(inbox):
        inbox.open()
        for batch in batches(inbox, stop):
            got[inbox] += [each.payload for each in batch.deliveries]
            batch.acknowledge()
        inbox.close()

    workers = [threading.Thread(target=work, args=(inbox,)) for inbox in inboxes]
    for worker in workers:
        worker.start()
    wait_for(lambda: all(inbox.subscribed.is_set() for inbox in inboxes))
    sent = [b"%d" % number for number in range(300)]
    for payload in sent:
        device.publish(OURS, payload)
    wait_for(lambda: sum(len(each) for each in got.values()) >= len(sent))
    stop.set()
    for worker in workers:
        worker.join()

    assert sorted(each for some in got.values() for each in some) == sorted(sent)
    assert all(got.values())


def test_a_gateway_holds_only_so_many_bytes_and_takes_more_once_they_are_out_of_its_hands(
    native, device, log
):
    large = bytes(MAX_MESSAGE_BYTES // 2)
    count = 3 * MAX_ASKED_BYTES // len(large)
    for _ in range(count):
        device.publish(OURS, large)

    with an_inbox(native(GATEWAY), log) as inbox:
        sizes, coming = [], batches(inbox)
        while sum(sizes) < count * len(large):
            batch = next(coming)
            sizes.append(sum(len(each.payload) for each in batch.deliveries))
            batch.acknowledge()

    assert max(sizes) <= MAX_ASKED_BYTES


def test_receipts_reach_the_device_they_are_for(native, device, log):
    assert device.subscribe(topics.receipts("cold-7"))

    with an_inbox(native(GATEWAY), log) as inbox:
        inbox.answer([SignedReceipt("cold-8", b"for another"), SignedReceipt("cold-7", b"for us")])

        assert device.wait_to_hear(1) == [(topics.receipts("cold-7"), b"for us")]
        assert held(native(GATEWAY)) == (0, 0)  # nothing of ours comes back to us


@pytest.mark.parametrize("topic", ["a.b", "a//b", "a/", "a/./b", ".", "a b", "果/迹"])
def test_a_topic_is_told_to_us_as_the_device_wrote_it(native, device, log, topic):
    sent = device.offer(f"guoji/v1/cold-7/{topic}", b"")

    with an_inbox(native(GATEWAY), log) as inbox:
        device_again = taken_topics(inbox)

    assert device_again == ([f"guoji/v1/cold-7/{topic}"] if sent else [])
    assert sent == (" " not in topic)


def taken_topics(inbox):
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    return [each.topic for batch in batches(inbox, stop) for each in batch.deliveries]


def test_a_killed_broker_is_said_to_be_away_once_and_has_kept_all_it_acknowledged(
    tmp_path, broker, native, device, passwords, log
):
    got, stop = set(), threading.Event()

    def work(inbox):
        for batch in batches(inbox, stop):
            got.update(each.payload for each in batch.deliveries)
            batch.acknowledge()

    with capture_logs() as lines, an_inbox(native(GATEWAY), log) as inbox:
        worker = threading.Thread(target=work, args=(inbox,))
        worker.start()
        sent = [(b"%d" % number, device.send(OURS, b"%d" % number)) for number in range(20_000)]
        wait_for(lambda: is_acknowledged(sent[2_000][1]))
        broker.process.send_signal(signal.SIGKILL)
        broker.process.wait()
        assert device.closed.wait(60)
        acknowledged = {payload for payload, each in sent if is_acknowledged(each)}
        wait_for(lambda: not inbox.subscribed.is_set())
        time.sleep(0.5)
        again = start_broker(tmp_path / "broker", passwords, port=broker.port, native_port=broker.native_port)
        wait_for(lambda: inbox.subscribed.is_set() and acknowledged <= got)
        stop.set()
        worker.join()
    again.stop()

    said = [line["event"] for line in lines]
    assert said == ["broker is there", "broker is away, trying again", "broker is there"]
    assert 2_000 < len(acknowledged) < len(sent)


@pytest.mark.parametrize("other", [{"ack_policy": "none"}, {"deliver_subject": "elsewhere"}])
def test_a_consumer_of_our_name_that_would_lose_readings_is_not_used(tmp_path, other):
    with an_open_server(tmp_path) as connection:
        config = {"name": STREAM, "subjects": ["$MQTT.msgs.>"], "retention": "interest"}
        connection.request(f"$JS.API.STREAM.CREATE.{STREAM}", config)
        theirs = {**SETTINGS, **other, "max_ack_pending": 0}
        assert "error" not in connection.request(CREATE_CONSUMER, {"stream_name": STREAM, "config": theirs})

        with pytest.raises(Unavailable, match=f"consumer {CONSUMER} on stream .*: .*can not"):
            keep_for_gateways(connection)


def test_settings_of_ours_that_have_changed_are_taken_over(native, monkeypatch):
    connection = Connection(native(GATEWAY))
    monkeypatch.setitem(SETTINGS, "ack_wait", 20_000_000_000)

    keep_for_gateways(connection)

    answer = connection.request(CREATE_CONSUMER, {"stream_name": STREAM, "config": SETTINGS})
    assert answer["config"]["ack_wait"] == 20_000_000_000
    connection.close()


def test_what_an_older_gateway_subscribed_to_is_kept_for_it_no_longer(tmp_path, passwords, log, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr("iot_gateway.broker._GATEWAY", '{{ user: "{user}", password: "{password}" }}')
        broker = start_broker(tmp_path / "broker", passwords)
        old, device = (
            Peer(Address(HOST, broker.port, user, passwords[user])) for user in (GATEWAY, "cold-7")
        )
        assert old.subscribe(topics.ALL)
        assert device.subscribe(topics.receipts("cold-7"))
        old.close()
        device.publish(OURS, b"1")
        device.close()
        broker.stop()

    broker = start_broker(tmp_path / "broker", passwords)
    gateway = Address(HOST, broker.native_port, GATEWAY, passwords[GATEWAY])
    with an_inbox(gateway, log) as inbox:
        batch = next(batches(inbox))
        batch.acknowledge()
    wait_for(lambda: held(gateway) == (0, 0))
    broker.stop()

    assert [each.payload for each in batch.deliveries] == [b"1"]
    with an_open_server(tmp_path / "broker" / "jetstream") as connection:
        kept = connection.request(f"$JS.API.STREAM.INFO.{STREAM}", {})["state"]
        listed = connection.request(f"$JS.API.CONSUMER.LIST.{STREAM}", {})["consumers"]
    filters = [each["config"]["filter_subject"] for each in listed]
    assert kept["messages"] == 0
    assert filters.count(SETTINGS["filter_subject"]) == 1
    assert f"{PREFIX}{topics.receipts('cold-7').replace('/', '.')}" in filters


def test_no_device_logs_in_on_the_native_port(native):
    with pytest.raises(Unavailable, match="Authorization Violation"):
        Connection(native("cold-7"))


@pytest.mark.parametrize(
    "subject",
    [
        OURS.replace("/", "."),
        f"$JS.API.CONSUMER.DELETE.{STREAM}.{CONSUMER}",
        f"$JS.API.STREAM.PURGE.{STREAM}",
        f"$JS.API.STREAM.DELETE.{STREAM}",
        "$JS.API.STREAM.NAMES",
    ],
)
def test_a_gateway_may_only_pull_acknowledge_and_answer(native, subject):
    connection = Connection(native(GATEWAY))

    with pytest.raises(Unavailable, match=r"Permissions Violation for Publish"):
        connection.request(subject, {})

    connection.close()


@contextmanager
def an_open_server(folder):
    """A connection to a server that lets everybody do everything."""
    port = take_port()
    command = [program(), "--addr", HOST, "--port", str(port), "--jetstream", "--store_dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_open(process, HOST, port, folder)
        connection = Connection(Address(HOST, port, "", ""))
        yield connection
        connection.close()
    finally:
        process.kill()
        process.wait()
