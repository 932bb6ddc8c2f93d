"""From sensor and partner to a stranger's verdict, through every real part; and bad input on the same way."""

import json
import threading
import time

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from iot_gateway.simulate.encode import encode_message
from tests.builders import PALLET, START, a_sighting
from tests.system.running import STORY, STRANGER
from traceability.log.note import NoteVerifier
from traceability.own_policy import gateway_signer
from traceability.telemetry.receipt import open_receipt

EVIL = "<script>alert(1)</script>\x1b[2J\x07\u202e"


@pytest.fixture(scope="module")
def told(running):
    """The installation once its story is told, measured and anchored."""
    running.capture(*STORY)
    device = running.device("logger-1")
    taken_at_ms = round(START.timestamp() * 1000) + 4 * 3_600_000
    for number in range(100):
        device.send(taken_at_ms + number * 60_000, {"air_temperature": number / 10})
    device.settle(60)
    device.close()
    running.wait_until_anchored()
    return running


def test_a_stranger_verifies_what_was_sent(told):
    proof = told.proof()

    done = told.verify(proof)

    assert done.returncode == 0, done.stdout + done.stderr
    total = len(proof["proofs"])
    assert f"\nVerified: {total} of {total} events" in done.stdout
    assert any(each["batch"] for each in proof["proofs"])
    told.audit()


def test_what_is_changed_in_a_copy_is_contradicted(told):
    proof = told.proof()
    proof["proofs"][0]["event"]["eventTime"] = "2026-11-20T06:00:01.000Z"

    done = told.verify(proof)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "\nContradicted: event: event 1" in done.stdout


def test_without_a_trust_file_nothing_is_verified(told):
    done = told.verify(told.proof(), "--json")

    assert done.returncode == 2
    assert json.loads(done.stdout)["verdict"] == "unchecked"


def test_the_page_says_what_this_server_states(told):
    shown = json.loads(told.get("/01/09521234000020/10/P1", accept="application/json"))

    assert shown["verdict"]["is"] == "verified"
    assert [len(curve["points"]) for curve in shown["curves"]] == [100]
    assert "unaltered" in told.page().lower() or "verified" in told.page().lower()


def test_bad_input_is_quarantined_with_its_reason_answered_and_counted_and_the_gateway_goes_on(told):
    now_ms = time.time_ns() // 1_000_000
    bad = {
        "not JSON": b"{",
        "2097152 bytes": bytes(2 * 1024 * 1024),
        "after it arrived": encode_message("station-1", 7, 2, now_ms + 3_600_000, {"battery": 80}),
        "want one finite v": encode_message("station-1", 7, 3, now_ms, {"air_temperature": float("nan")}),
    }
    before = told.status()["quarantined"]

    with Publishing(told, "station-1") as device, Publishing(told, STRANGER) as stranger:
        for payload in bad.values():
            device.publish("guoji/v1/station-1/readings", payload)
        device.publish("guoji/v1/station-1/reading", b"to a wrong topic")
        stranger.publish(
            f"guoji/v1/{STRANGER}/readings", encode_message(STRANGER, 7, 1, now_ms, {"battery": 1})
        )
        device.publish(
            "guoji/v1/station-1/readings", encode_message("station-1", 7, 1, now_ms, {"battery": 80})
        )
        told.wait_for("all to be answered", lambda: device.answered() >= len(bad) + 1 and stranger.answered())

    after = told.status()
    reasons = " | ".join(after["quarantine_reasons"])
    assert after["quarantined"] - before == len(bad) + 2
    for reason in (*bad, "no topic for readings", "no device stranger is registered"):
        assert reason in reasons
    assert f"guoji_quarantined {after['quarantined']:.1f}" in told.get("/metrics")
    assert [each.sequence for each in told.store.history.readings_between("station-1", now_ms, now_ms)] == [1]


def test_who_has_no_login_does_not_reach_the_broker(told):
    refused = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, client_id="nobody", protocol=MQTTv311)
    client.username_pw_set("nobody", "guess")
    client.on_connect = lambda *args: refused.set() if args[3].is_failure else None
    where = told.address_of("station-1")
    client.connect(where.host, where.port)
    client.loop_start()

    assert refused.wait(60)
    client.disconnect()
    client.loop_stop()


def test_hostile_text_of_an_event_is_text_for_every_reader(told):
    name = {"guoji:zh": EVIL, "guoji:en": EVIL}
    place = {"id": "https://id.gs1.org/414/9521234000013", "guoji:name": name}
    fields = {
        "guoji:party": {"guoji:name": name},
        "guoji:staged": name,
        "guoji:labResults": [{"guoji:analyte": EVIL, "guoji:value": 1, "guoji:uom": EVIL}],
    }
    links = [{"bizTransaction": "javascript:alert(1)"}]
    told.capture(a_sighting(5, PALLET, readPoint=place, bizTransactionList=links, **fields))
    told.wait_until_anchored()

    page, shown = told.page(), told.get("/01/09521234000020/10/P1", accept="application/json")
    done = told.verify(told.proof())

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert 'href="javascript:' not in page
    assert json.loads(shown)["lab_results"][0]["analyte"]["en"] == EVIL
    assert not {"\x1b", "\x07", "\u202e"} & set(page)
    assert not {"\x1b", "\x07"} & set(shown)
    assert done.returncode == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)


class Publishing:
    """A device that publishes whatever it is told and keeps its receipts."""

    def __init__(self, running, alias):
        self._running = running
        self._alias = alias
        self._receipts = []
        self._connected = threading.Event()

    def __enter__(self):
        where = self._running.address_of(self._alias)
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=self._alias, protocol=MQTTv311)
        self._client.username_pw_set(where.user, where.password)
        self._client.on_message = lambda _client, _data, message: self._receipts.append(message.payload)
        self._client.on_subscribe = lambda *_: self._connected.set()
        self._client.on_connect = lambda client, *_: client.subscribe(f"guoji/v1/{self._alias}/receipts")
        self._client.connect(where.host, where.port)
        self._client.loop_start()
        assert self._connected.wait(60)
        return self

    def __exit__(self, *_):
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic, payload):
        self._client.publish(topic, payload, qos=1).wait_for_publish(20)

    def answered(self):
        """How many payloads the receipts name as quarantined or refused."""
        gateway = NoteVerifier.of(gateway_signer(self._running.settings))
        opened = [open_receipt(note, [gateway]) for note in self._receipts]
        return len({each.digest for receipt in opened for each in (*receipt.refused, *receipt.quarantined)})
