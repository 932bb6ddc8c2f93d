import json
from contextlib import nullcontext
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.errors import ClockBehind, Unavailable
from traceability.ledger.record import (
    MAX_AHEAD_MS,
    MAX_BACK_MS,
    Accepted,
    Delivery,
    Outcome,
    Rejected,
    record,
)
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.telemetry.authenticate import content_digest
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.reading import Authenticated
from traceability.telemetry.receipt import RefusedPayload, covers, nothing_sent, open_receipt
from traceability.telemetry.runs import Accounted, Status, advance, no_runs
from traceability.telemetry.senml_cbor import cbor_of

GATEWAY = NoteSigner("gateway.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
NOW_MS = 1_790_000_000_000
SIGNER, FORGER = (DeviceSigner(Ed25519PrivateKey.from_private_bytes(bytes([n] * 32))) for n in (1, 2))
OUT_OF_DATE = DeviceKey(SIGNER.public, 0, until_ms=NOW_MS)
COLD_7 = Device(
    alias="cold-7",
    giai="https://id.gs1.org/8004/9521321C7",
    party="9521321000018",
    name={},
    place="https://id.gs1.org/414/9521321000032",
    cold_chain=True,
    keys=(DeviceKey(SIGNER.public, 0),),
)


class FakeStore:
    """Keeps what it is given; `fail` makes it raise instead."""

    def __init__(self, device=COLD_7):
        self.device = device
        self.kept = []
        self.fail = False
        self.newest_ms = NOW_MS

    def newest_received_ms(self):
        return self.newest_ms

    def devices(self, aliases):
        return {self.device.alias: self.device}

    def record(self, arrivals):
        if self.fail:
            raise Unavailable("database: disk I/O error")
        self.kept += arrivals
        held = [
            Accounted(each.reading.sequence, Status.HELD, each.digest)
            for each in arrivals
            if isinstance(each, Accepted)
        ]
        return [Outcome("cold-7", advance(no_runs(9), held, lambda first: ()), (), ())] if held else []


def records_of(sequence=1, taken_at_s=NOW_MS / 1000, celsius=4.0):
    return [
        {"bn": "cold-7:", "bt": taken_at_s, "n": "epoch", "u": "count", "v": 9},
        {"n": "seq", "u": "count", "v": sequence},
        {"n": "air_temperature", "u": "Cel", "v": celsius},
    ]


def a_payload(*values, **named):
    return json.dumps(records_of(*values, **named)).encode()


def a_signed_payload(signer=SIGNER, **named):
    return signer.sign(cbor_of(records_of(**named)), "cold-7")


def a_delivery(payload, alias="cold-7"):
    return Delivery(f"guoji/v1/{alias}/readings", payload)


def recorded(store, *deliveries):
    return record(deliveries, store, GATEWAY, NOW_MS, 90)


def test_a_sound_message_becomes_a_reading_and_is_answered():
    store, payload = FakeStore(), a_payload()

    [answer] = recorded(store, a_delivery(payload))

    [kept] = store.kept
    assert kept.reading.payload == payload
    assert (kept.taken_from_ms, kept.taken_to_ms) == (NOW_MS, NOW_MS)
    receipt = open_receipt(answer.note, [NoteVerifier.of(GATEWAY)])
    assert (receipt.device, receipt.received_at_ms, receipt.in_log_by_ms) == (
        "cold-7",
        NOW_MS,
        NOW_MS + 90_000,
    )
    sent = nothing_sent(9)
    assert covers(receipt, type(sent)(9, 0, sent.chain, {1: sha256(payload).digest()}))[0] == {1}


def test_a_signed_message_becomes_a_signed_reading_and_is_answered_by_its_content():
    store, payload = FakeStore(), a_signed_payload()

    [answer] = recorded(store, a_delivery(payload))

    [kept] = store.kept
    assert (kept.reading.payload, kept.reading.authenticated) == (payload, Authenticated.SIGNED)
    assert kept.digest == content_digest(payload, "cold-7") != sha256(payload).digest()
    receipt = open_receipt(answer.note, [NoteVerifier.of(GATEWAY)])
    sent = replace(nothing_sent(9), digests={1: content_digest(payload, "cold-7")})
    assert covers(receipt, sent)[0] == {1}


def test_a_signed_message_that_can_never_be_a_reading_has_its_number():
    store = FakeStore()

    recorded(store, a_delivery(a_signed_payload(sequence=5, celsius=float("nan"))))

    assert store.kept[0].number == (9, 5)
    assert store.kept[0].digest == content_digest(store.kept[0].payload, "cold-7")


@pytest.mark.parametrize(
    ("payload", "device", "reason"),
    [
        (a_signed_payload(FORGER), COLD_7, "which cold-7 has not"),
        (a_signed_payload(celsius=5)[:-64] + a_signed_payload()[-64:], COLD_7, "no key of cold-7"),
        (a_signed_payload(), replace(COLD_7, keys=(OUT_OF_DATE,)), "was valid until"),
        (a_payload(), replace(COLD_7, must_sign=True), "cold-7 must sign"),
    ],
)
def test_what_the_device_did_not_sign_uses_up_no_number(payload, device, reason):
    store = FakeStore(device)

    [answer] = recorded(store, a_delivery(payload))

    [kept] = store.kept
    assert (kept.number, kept.digest) == (None, sha256(payload).digest())
    assert reason in kept.reason
    [refused] = open_receipt(answer.note, [NoteVerifier.of(GATEWAY)]).refused
    assert refused.digest == kept.digest


def test_a_message_from_long_ago_is_taken_in():
    store = FakeStore()

    recorded(store, a_delivery(a_payload(taken_at_s=NOW_MS / 1000 - 30 * 86_400)))

    assert isinstance(store.kept[0], Accepted)


@pytest.mark.parametrize(("ahead_ms", "kind"), [(MAX_AHEAD_MS, Accepted), (MAX_AHEAD_MS + 1, Rejected)])
def test_a_message_from_the_future_is_rejected_under_its_number(ahead_ms, kind):
    store = FakeStore()

    recorded(store, a_delivery(a_payload(4, (NOW_MS + ahead_ms) / 1000)))

    [kept] = store.kept
    assert isinstance(kept, kind)
    assert kind is Accepted or (kept.number == (9, 4) and "taken 300 s after it arrived" in kept.reason)


@pytest.mark.parametrize(("back_ms", "waits"), [(MAX_BACK_MS, False), (MAX_BACK_MS + 1, True)])
def test_what_is_ahead_of_a_clock_of_ours_that_went_back_is_not_rejected_but_waits(back_ms, waits):
    store = FakeStore()
    store.newest_ms = NOW_MS + back_ms
    ahead = a_delivery(a_payload(5, (NOW_MS + MAX_AHEAD_MS + 1) / 1000))

    with pytest.raises(ClockBehind, match="set it right") if waits else nullcontext():
        recorded(store, a_delivery(a_payload(4)), ahead)

    assert [type(each) for each in store.kept] == ([] if waits else [Accepted, Rejected])


def test_what_is_not_ahead_is_kept_also_by_a_clock_that_went_back():
    store = FakeStore()
    store.newest_ms = NOW_MS + 3_600_000

    recorded(store, a_delivery(a_payload()))

    assert len(store.kept) == 1


@pytest.mark.parametrize(
    ("delivery", "reason"),
    [
        (a_delivery(b"\x00"), "not JSON"),
        (a_delivery(bytes(2 * 1024 * 1024)), "2097152 bytes"),
        (a_delivery(a_payload(), "cold-8"), "no device cold-8 is registered"),
        (Delivery("guoji/v1/cold-7/reading", a_payload()), "no topic for readings"),
    ],
)
def test_what_has_no_number_is_rejected_with_the_reason(delivery, reason):
    store = FakeStore()

    recorded(store, delivery)

    [kept] = store.kept
    assert kept.number is None
    assert reason in kept.reason
    assert kept.payload == delivery.payload


def test_not_a_number_is_rejected_under_its_number():
    store = FakeStore()

    recorded(store, a_delivery(a_payload(5, celsius=float("nan"))))

    assert store.kept[0].number == (9, 5)


def test_a_device_is_told_which_of_its_payloads_were_refused():
    [answer] = recorded(FakeStore(), a_delivery(b"x"), a_delivery(b"y"))

    receipt = open_receipt(answer.note, [NoteVerifier.of(GATEWAY)])
    assert receipt.runs is None
    assert [each.digest for each in receipt.refused] == [sha256(b"x").digest(), sha256(b"y").digest()]
    assert isinstance(receipt.refused[0], RefusedPayload)


def test_one_bad_message_does_not_keep_the_others_out():
    store = FakeStore()

    recorded(store, a_delivery(b"x"), a_delivery(a_payload()), Delivery("elsewhere", b""))

    assert [type(each) for each in store.kept] == [Rejected, Accepted, Rejected]


def test_nothing_is_answered_for_what_was_not_kept():
    store = FakeStore()
    store.fail = True

    with pytest.raises(Unavailable):
        recorded(store, a_delivery(a_payload()))
