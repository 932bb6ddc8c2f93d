"""A box as a process: long outages, a spent budget, hostile devices, and what it says of trouble."""

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.edge.home import BoxHome
from iot_gateway.logins import Address
from iot_gateway.simulator import SimulatedDevice
from tests.iot_gateway.brokers import start_mosquitto
from tests.iot_gateway.edge.conftest import a_payload, wait_until
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm

pytestmark = pytest.mark.slow
BACKLOG = 2_000


def test_a_backlog_of_days_goes_up_in_order_and_new_readings_do_not_wait_for_its_end(box, centre, publisher):
    device, other = publisher("cold-7"), publisher("cold-8")
    box.start()
    for number in range(1, BACKLOG + 1):
        device.publish(a_payload("cold-7", number))
    device.settle()
    wait_until(lambda: f"kept {BACKLOG:,}" in box.guoji("edge", "status").stdout)
    box.kill()
    box.start()
    box.says("Connection refused")

    centre.start()
    box.says("forwarding kept readings")
    device.publish(a_payload("cold-7", BACKLOG + 1))
    other.publish(a_payload("cold-8", 1))
    wait_until(box.is_empty)

    stored = centre.payloads("cold-7")
    assert sorted(stored) == sorted(device.promised)
    assert stored.index(a_payload("cold-7", BACKLOG + 1)) < BACKLOG
    backlog = [each for each in stored if each != a_payload("cold-7", BACKLOG + 1)]
    assert backlog == [a_payload("cold-7", number) for number in range(1, BACKLOG + 1)]
    assert centre.payloads("cold-8") == other.promised


def test_a_spent_budget_is_said_and_nothing_that_was_acknowledged_is_lost(box, centre, publisher):
    device = publisher("cold-7")
    box.given["GUOJI_EDGE_BUDGET_MB"] = "1"  # fewer than 2,000 messages, as `kept` counts them
    box.start()
    for number in range(1, 2_001):
        device.publish(a_payload("cold-7", number))
    wait_until(lambda: "kept 0" not in box.guoji("edge", "status").stdout.splitlines()[1])
    device.settle()
    for number in range(2_001, 2_201):
        device.publish(a_payload("cold-7", number))
    box.says("cannot keep more now")
    assert "edge_budget_mb allows 1,000,000; nothing more is acknowledged" in box.said()

    centre.start()
    device.settle()
    box.says("keeping again")
    wait_until(box.is_empty)

    assert sorted(centre.payloads("cold-7")) == sorted(device.promised)
    assert len(device.promised) == 2_200


def test_a_hostile_device_neither_gets_in_as_another_nor_holds_up_the_rest(box, centre, publisher):
    honest, hostile = publisher("cold-7"), publisher("cold-8")
    rubbish = [b"", b"{", b"\xff\x00", bytes(2 * 1024 * 1024)]
    rubbish += [DeviceSigner.make(Algorithm.EdDSA).sign(b"\x80", "cold-8"), b"\xd2\x84" + bytes(60)]
    centre.start()
    box.start()
    for payload in rubbish:
        hostile.publish(payload)
    hostile.publish(a_payload("cold-7", 1), topic="guoji/v1/cold-7/readings")
    hostile.publish(a_payload("cold-7", 2))
    hostile.publish(b"no receipt", topic="guoji/v1/cold-8/receipts")
    for number in range(1, 51):
        honest.publish(a_payload("cold-7", number, epoch=10))
    hostile.publish(a_payload("cold-8", 1))
    honest.settle()
    hostile.settle()
    wait_until(lambda: len(centre.payloads("cold-8")) == 1 and len(centre.payloads("cold-7")) == 50)
    wait_until(box.is_empty)

    assert centre.payloads("cold-7") == honest.promised
    counts = centre.readings.counts()
    assert (counts.readings, counts.quarantined, counts.conflicts) == (51, len(rubbish) + 1, 0)
    assert f"not held {len(rubbish) + 1}" in box.guoji("edge", "status").stdout


def test_a_device_with_a_buffer_gets_its_receipts_through_the_box(box, centre, passwords):
    centre.start()
    box.start()
    device = SimulatedDevice(
        Address("127.0.0.1", box.port, "cold-7", passwords["cold-7"]), [NoteVerifier.of(centre.signer)]
    )
    device.open()
    for number in range(300):
        device.send(1_700_000_000_000 + number, {"battery": number % 100})
    device.settle(60)
    device.close()

    assert len(centre.payloads("cold-7")) == 300


def test_a_device_that_comes_to_the_box_in_the_middle_of_its_epoch_is_freed_too(
    box, centre, publisher, passwords
):
    centre.start()
    direct = SimulatedDevice(
        Address("127.0.0.1", centre.port, "cold-7", passwords["cold-7"]), [NoteVerifier.of(centre.signer)], 9
    )
    direct.open()
    for number in range(10):
        direct.send(1_700_000_000_000 + number, {"battery": number})
    direct.settle(60)
    direct.close()

    box.start()
    device = publisher("cold-7")
    for number in range(11, 61):
        device.publish(a_payload("cold-7", number))
    device.settle()
    wait_until(box.is_empty)

    assert len(centre.payloads("cold-7")) == 60


def test_a_mosquitto_that_is_there_will_do(box, centre, publisher, bundle):
    logins = BoxHome(box.home).logins(bundle)
    mosquitto = start_mosquitto(box.home / "mosquitto", logins)
    box.port = mosquitto.port
    box.given["GUOJI_MQTT_URL"] = f"mqtt://127.0.0.1:{box.port}"
    centre.start()
    box.start()
    box.says("broker is there")
    device = publisher("cold-7")
    for number in range(1, 301):
        device.publish(a_payload("cold-7", number))
    device.publish(b"garbage")
    device.settle()
    wait_until(lambda: len(centre.payloads("cold-7")) == 300)
    wait_until(box.is_empty)
    box.stop()
    mosquitto.stop()

    assert centre.payloads("cold-7") == device.promised[:300]
    assert centre.readings.counts().quarantined == 1


def test_a_wrong_password_upstream_is_said(box, centre, bundle):
    BoxHome(box.home).take(dataclasses.replace(bundle, passwords={"cold-7": "wrong-all-the-way"}))
    centre.start()
    box.start()

    box.says("uplink is away, trying again")
    wait_until(lambda: "uplink the broker says: Not authorized; if its" in box.guoji("edge", "status").stdout)
    assert "take a new bundle: `guoji edge bundle` there, `guoji edge init` here" in box.said()


def test_a_centre_that_is_stopped_is_said_in_plain_words(box, centre):
    centre.start()
    box.start()
    box.says("uplink is there")

    centre.kill_broker()

    box.says("the connection to the centre ended")


def test_a_gateway_key_that_the_box_does_not_know_is_said_and_frees_nothing_until_a_new_bundle_comes(
    box, centre, bundle, publisher
):
    other = NoteSigner("guoji.example/gateway", Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))
    BoxHome(box.home).take(dataclasses.replace(bundle, gateways=(NoteVerifier.of(other),)))
    device = publisher("cold-7")
    centre.start()
    box.start()
    device.publish(a_payload("cold-7", 1))

    box.says("receipt by an unknown key, nothing is freed: take a new bundle")
    status = box.guoji("edge", "status").stdout
    assert "cold-7\tkept 1\t" in status
    assert "no key of the bundle signs its receipts: take a new bundle" in status

    BoxHome(box.home).take(bundle)
    box.stop()
    box.start()
    wait_until(box.is_empty)


def test_a_damaged_file_ends_the_box_with_one_line(box):
    (box.home / "edge.db").write_bytes(b"no database" * 1000)

    done = box.guoji("edge")

    assert done.returncode == 65
    assert "edge.db is damaged (file is not a database): move it away and start again" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_box_in_one_home_is_refused(box):
    box.start()
    box.says("box is up")

    done = box.guoji("edge")

    assert (done.returncode, done.stderr) == (65, f"guoji: `guoji edge` runs already in {box.home}\n")


def test_a_box_that_is_told_to_end_ends_and_its_broker_too(box):
    box.start()
    box.says("devices may come")

    box.stop()

    assert box.process.returncode == 0
    assert "does not run" in box.guoji("edge", "status").stdout
