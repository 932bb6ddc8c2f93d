"""What comes late, in any order, tells the same as if it had come in time; what was sealed stays."""

import json
from datetime import UTC, datetime
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traceability.ledger.attachments import Attachment
from traceability.ledger.cold import Bearing
from traceability.ledger.curves import curves_of
from traceability.ledger.record import Delivery, record
from traceability.ledger.seal import seal
from traceability.log.note import NoteSigner
from traceability.proof.history import Span
from traceability.telemetry.device import Device

MINUTE_MS = 60_000
FIRST_MS = 1_700_000_000_000
APART_MS = 10**9
"""Between examples, so that none sees the readings of another."""
GOODS = Bearing(0, 4, None)
SIGNER = NoteSigner("guoji.example/gateway", Ed25519PrivateKey.from_private_bytes(bytes(32)))
PLACE = "https://id.gs1.org/414/9521321000032"


def a_device(alias):
    giai = f"https://id.gs1.org/8004/9521321{alias}"
    return Device(alias, giai, "9521321000018", {}, PLACE, cold_chain=True)


@pytest.fixture
def examples(store):
    for alias in ("in-time", "late"):
        store.devices.keep(a_device(alias))
    return count(1)


@st.composite
def measured(draw):
    """Readings, each with a few moments (minutes, may coincide and cross) and what it measured then."""
    one = st.tuples(st.integers(0, 40), st.sampled_from([-1.0, 1.0, 3.0, 4.0, 5.0, 9.0]))
    return draw(st.lists(st.lists(one, min_size=1, max_size=3), min_size=1, max_size=12))


def payload_of(alias, epoch, number, moments, from_ms):
    records = [
        {"bn": f"{alias}:", "n": "epoch", "u": "count", "v": epoch},
        {"n": "seq", "u": "count", "v": number},
    ]
    for minute, celsius in moments:
        taken_s = (from_ms + minute * MINUTE_MS) / 1000
        records.append({"n": "air_temperature", "u": "Cel", "v": celsius, "t": taken_s})
    return json.dumps(records).encode()


def deliver(store, alias, payloads, now_ms):
    topic = f"guoji/v1/{alias}/readings"
    record([Delivery(topic, payload) for payload in payloads], store.arrivals, SIGNER, now_ms, 60)


def curves(store, alias, from_ms):
    span = Span(*(datetime.fromtimestamp(ms / 1000, UTC) for ms in (from_ms, from_ms + 40 * MINUTE_MS)))
    attachment = Attachment(a_device(alias).giai, span, True, "9521321000018")
    readings = store.history.readings_between(alias, from_ms, from_ms + 40 * MINUTE_MS)
    now = datetime.fromtimestamp((from_ms + APART_MS // 2) / 1000, UTC)
    return [
        (curve.points, curve.silences, curve.excursions, curve.exposure)
        for curve in curves_of(attachment, a_device(alias), readings, GOODS, now)
    ]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=measured(), data=st.data())
def test_any_order_of_arrival_gives_the_same_curve_and_the_same_excursions(store, examples, messages, data):
    epoch = next(examples)
    from_ms = FIRST_MS + epoch * APART_MS
    payloads = {
        alias: [
            payload_of(alias, epoch, number, each, from_ms) for number, each in enumerate(messages, start=1)
        ]
        for alias in ("in-time", "late")
    }
    deliver(store, "in-time", payloads["in-time"], from_ms + 41 * MINUTE_MS)

    deliver(store, "late", data.draw(st.permutations(payloads["late"])), from_ms + APART_MS // 2)

    assert curves(store, "late", from_ms) == curves(store, "in-time", from_ms)


def test_days_of_a_buffer_make_a_late_batch_and_leave_sealed_ones_as_they_are(store, examples):
    epoch, late_ms = next(examples), FIRST_MS + APART_MS // 2
    payloads = [
        payload_of("late", epoch, n, [(n, 9.0 if 3 < n < 8 else 2.0)], FIRST_MS) for n in range(1, 13)
    ]
    deliver(store, "late", payloads[:3] + payloads[9:], FIRST_MS + 41 * MINUTE_MS)
    seal(store.sealing, FIRST_MS + 60 * MINUTE_MS, 1, "https://guoji.example")
    [before] = batches(store)
    assert not curves(store, "late", FIRST_MS)[0][2]

    deliver(store, "late", payloads[3:9], late_ms)
    seal(store.sealing, late_ms + MINUTE_MS, 1, "https://guoji.example")

    body, leaves = before
    assert before in batches(store)
    [(late, _)] = [each for each in batches(store) if each != before]
    assert (late["guoji:firstSequence"], late["guoji:lastSequence"]) == (4, 9)
    assert late["guoji:expectedCount"] == late["guoji:readingCount"] == 6
    assert late["guoji:previousBatchRoot"] == body["guoji:batchRoot"]
    assert [finding["guoji:kind"] for finding in body["guoji:findings"]] == ["gap"]
    [excursion] = curves(store, "late", FIRST_MS)[0][2]
    assert (excursion.from_ms, excursion.to_ms) == (FIRST_MS + 4 * MINUTE_MS, FIRST_MS + 8 * MINUTE_MS)
    assert len(leaves) == 7


def batches(store):
    """Body and leaves of each."""
    keys = store.history.batch_events_between("late", 0, 10**14)
    bodies = [each.event.body for each in store.events.by_keys(list(keys))]
    return [(body, tuple(store.history.batch_leaves(body["guoji:batchRoot"]))) for body in bodies]
