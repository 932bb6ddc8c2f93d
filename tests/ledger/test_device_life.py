"""What a device goes through in its life: keys change, it starts anew, another one takes its place."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.builders import FIELD, LOT, PALLET, START, a_harvest, a_packing
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.fitting import fittings, moved
from traceability.ledger.record import Delivery, record
from traceability.ledger.seal import seal
from traceability.log.note import NoteSigner
from traceability.telemetry import topics
from traceability.telemetry.clock import iso
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.senml_cbor import cbor_of
from traceability.wiring import ledger

PARTY = "9521234000013"
GATEWAY = NoteSigner("gateway.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OLD_KEY, NEW_KEY = (DeviceSigner(Ed25519PrivateKey.from_private_bytes(bytes([n] * 32))) for n in (1, 2))
MINUTE_MS = 60_000


def at_ms(minutes):
    return round(START.timestamp() * 1000) + minutes * MINUTE_MS


def at(minutes):
    return START + timedelta(minutes=minutes)


class Life:
    """One installation, and time."""

    def __init__(self, settings, store):
        self.settings, self.store = settings, store

    def register(self, alias, *keys):
        giai = digital_link.device(f"9521234{alias}")
        device = Device(alias, giai, PARTY, {"en": alias}, FIELD, cold_chain=True, must_sign=bool(keys))
        self.store.devices.keep(device)
        for key in keys:
            self.store.device_keys.add(alias, key)
        return device

    def put(self, device, bearer, minutes):
        known = fittings(device, self.store.events.telling)
        capture(moved(device, known, bearer, at(minutes)), PARTY, self.store.events, at_ms(minutes))

    def send(self, alias, sequence, minutes, epoch=1, celsius=4.0, signer=None, arrives_ms=None):
        records = [
            {"bn": f"{alias}:", "bt": at_ms(minutes) / 1000, "n": "epoch", "u": "count", "v": epoch},
            {"n": "seq", "u": "count", "v": sequence},
            {"n": "air_temperature", "u": "Cel", "v": celsius},
        ]
        payload = cbor_of(records) if signer is None else signer.sign(cbor_of(records), alias)
        delivery = Delivery(topics.readings(alias), payload)
        now_ms = at_ms(minutes) if arrives_ms is None else arrives_ms
        record([delivery], self.store.arrivals, GATEWAY, now_ms, 90)

    def seal(self, minutes):
        seal(self.store.sealing, at_ms(minutes), 1, "https://guoji.example")

    def trace(self, minutes):
        return ledger(self.settings).traces.read(LOT, at(minutes))


@pytest.fixture
def life(settings, store):
    life = Life(settings, store)
    packed = [a_harvest(0, lot=LOT), a_packing(0.1, PALLET, [LOT])]
    capture(packed, PARTY, store.events, at_ms(0))
    return life


def test_another_device_takes_its_place_and_the_curve_goes_on(life):
    old, new = life.register("old"), life.register("new")
    life.put(old, PALLET, 10)
    for number, minutes in enumerate(range(10, 60, 10), 1):
        life.send("old", number, minutes)
    life.put(old, None, 60)
    life.put(new, PALLET, 60)
    life.send("old", 6, 61, celsius=20)  # in somebody's pocket
    for number, minutes in enumerate(range(60, 110, 10), 1):
        life.send("new", number, minutes)
    life.seal(200)

    trace = life.trace(110)

    spans = {curve.alias: [point.taken_at_ms for point in curve.points] for curve in trace.curves}
    assert spans == {
        "old": [at_ms(minutes) for minutes in range(10, 60, 10)],
        "new": [at_ms(minutes) for minutes in range(60, 110, 10)],
    }
    assert [(curve.alias, curve.live) for curve in trace.curves] == [("old", False), ("new", True)]
    assert max(point.value for curve in trace.curves for point in curve.points) == 4
    assert trace.findings == ()
    # The exchange itself stands among the events, signed for by whoever answers for both.
    exchange = [each for each in trace.events if each.event.event_time == at(60)]
    assert {(each.event.body["action"], each.submitter) for each in exchange} == {
        ("DELETE", PARTY),
        ("ADD", PARTY),
    }


def test_a_device_that_starts_anew_goes_on_with_the_same_curve_and_says_so(life):
    life.put(life.register("old"), PALLET, 10)
    for number in (1, 2, 3):
        life.send("old", number, 10 * number)
    life.seal(35)
    for number in (1, 2):
        life.send("old", number, 30 + 10 * number, epoch=2)
    life.seal(200)

    trace = life.trace(60)

    [curve] = trace.curves
    assert [point.taken_at_ms for point in curve.points] == [at_ms(minutes) for minutes in range(10, 60, 10)]
    assert [(each.kind, each.detail) for each in trace.findings] == [("new_epoch", "epoch 2 after 1")]


def test_a_key_changes_without_a_reading_lost(life):
    until = at_ms(30)
    life.register("old", DeviceKey(OLD_KEY.public, at_ms(0), until), DeviceKey(NEW_KEY.public, at_ms(20)))

    life.send("old", 1, 10, signer=OLD_KEY)
    life.send("old", 2, 19, signer=NEW_KEY, arrives_ms=at_ms(20) - 1)  # too early
    life.send("old", 2, 19, signer=NEW_KEY, arrives_ms=at_ms(20))
    life.send("old", 3, 29, signer=OLD_KEY, arrives_ms=until - 1)
    life.send("old", 4, 29, signer=OLD_KEY, arrives_ms=until)  # too late
    life.send("old", 4, 29, signer=NEW_KEY, arrives_ms=until)

    assert held(life) == [1, 2, 3, 4]
    assert [reason.partition("valid ")[2] for reason in reasons(life)] == [
        f"from {iso(at_ms(20))} on, not yet",
        f"until {iso(until)}",
    ]


def test_what_was_signed_before_a_key_was_revoked_and_arrives_later_is_kept_apart_and_used_up_no_number(life):
    life.register("old", DeviceKey(OLD_KEY.public, at_ms(0)), DeviceKey(NEW_KEY.public, at_ms(0)))
    life.send("old", 1, 10, signer=OLD_KEY)
    life.store.device_keys.revoke("old", OLD_KEY.public.key_id.hex(), at_ms(30), "stolen")

    life.send("old", 2, 20, signer=OLD_KEY, arrives_ms=at_ms(30) - 1)
    life.send("old", 3, 20, signer=OLD_KEY, arrives_ms=at_ms(30))
    life.send("old", 3, 20, celsius=5, signer=NEW_KEY, arrives_ms=at_ms(31))

    assert held(life) == [1, 2, 3]
    [reason] = reasons(life)
    assert reason.endswith(f"was revoked at {iso(at_ms(30))}: stolen")
    assert life.store.counts.all()["conflicts"] == 0


def held(life):
    return sorted(each.sequence for each in life.store.sealing.measured("old", at_ms(0), at_ms(100), 100))


def reasons(life):
    return list(life.store.counts.quarantine_reasons())
