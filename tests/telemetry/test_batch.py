import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import CheckFailed, InvalidInput
from traceability.log.merkle import leaf_hash, root_of
from traceability.telemetry.batch import NO_BATCH, build_batch, expected_count, header_leaf, open_batch
from traceability.telemetry.batch_event import batch_event, check_batch
from traceability.telemetry.clock import from_iso, iso
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.reading import Authenticated, Reading, leaf_of, parse_leaf
from traceability.telemetry.senml_cbor import cbor_of

DEVICE = Device(
    alias="cold-7",
    giai="https://id.gs1.org/8004/9521321COLD7",
    party="9521321000018",
    name={"en": "Truck 7"},
    place="https://id.gs1.org/414/9521321000032/254/truck7",
    cold_chain=True,
    staged={"en": "simulated from a physical model"},
)


def a_payload(sequence=1, celsius=4.25, taken_at_s=1_790_000_000, epoch=9, alias="cold-7"):
    records = [
        {"bn": f"{alias}:", "bt": taken_at_s, "n": "epoch", "u": "count", "v": epoch},
        {"n": "seq", "u": "count", "v": sequence},
        {"n": "air_temperature", "u": "Cel", "v": celsius},
    ]
    return json.dumps(records).encode()


def a_reading(sequence=1, celsius=4.25, epoch=9, alias="cold-7", **changes):
    taken_at_s = 1_790_000_000 + 60 * sequence
    reading = Reading(
        device=alias,
        epoch=epoch,
        sequence=sequence,
        received_at_ms=taken_at_s * 1000 + 250,
        authenticated=Authenticated.BROKER,
        payload=a_payload(sequence, celsius, taken_at_s, epoch, alias),
    )
    return dataclasses.replace(reading, **changes)


def an_event(batch, findings=()):
    return batch_event(batch, DEVICE, findings, 3, f"https://guoji.example/batch/{batch.root.hex()}")


@given(
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.sampled_from(Authenticated),
    st.binary(max_size=99),
)
def test_a_leaf_parses_back_to_its_reading(epoch, sequence, authenticated, payload):
    reading = Reading("cold-7", epoch, sequence, 1_790_000_000_000, authenticated, payload)

    assert parse_leaf(leaf_of(reading)) == reading


def test_the_leaf_of_a_reading_is_the_bytes_that_the_format_says():
    leaf = leaf_of(Reading("ab", 1, 2, 3, Authenticated.SIGNED, b"xyz"))

    assert leaf.hex() == (
        "010d" + b"guoji/reading".hex() + "02" + b"ab".hex() + "0000000000000001" + "0000000000000002"
        "0000000000000003" + "02" + "00000003" + b"xyz".hex()
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda leaf: leaf[:-1],
        lambda leaf: leaf + b"x",
        lambda leaf: b"\x02" + leaf[1:],
        lambda leaf: leaf[:20],
    ],
)
def test_a_spoiled_leaf_is_refused(spoil):
    with pytest.raises(InvalidInput):
        parse_leaf(spoil(leaf_of(a_reading())))


def test_a_batch_holds_its_header_and_its_readings_by_number():
    batch = build_batch([a_reading(3), a_reading(1)], NO_BATCH)

    assert [reading.sequence for reading in batch.readings] == [1, 3]
    assert batch.header.first_sequence == 1
    assert batch.header.last_sequence == 3
    assert batch.header.count == 2
    assert batch.root == root_of([leaf_hash(leaf) for leaf in batch.leaves])
    assert open_batch(batch.leaves) == batch


def test_a_batch_of_two_devices_is_refused():
    with pytest.raises(CheckFailed, match="reading 2 is of cold-8"):
        build_batch([a_reading(1), a_reading(2, alias="cold-8")], NO_BATCH)


def test_a_batch_with_a_number_twice_is_refused():
    with pytest.raises(CheckFailed, match="reading 1 of cold-7 stands after 1"):
        build_batch([a_reading(1), a_reading(1, celsius=9)], NO_BATCH)


def test_an_event_says_what_its_batch_holds():
    batch = build_batch([a_reading(1, 4.25), a_reading(2, -0.005), a_reading(3, 6)], NO_BATCH)

    event = an_event(batch, [Finding(Kind.GAP, "cold-7", None, None, None, 1, "number 4")])

    assert event["eventTime"] == "2026-09-21T14:16:20.000+00:00"
    report = event["sensorElementList"][0]["sensorReport"][0]
    assert report == {
        "type": "Temperature",
        "minValue": -0.01,
        "maxValue": 6.0,
        "meanValue": 3.41,
        "uom": "CEL",
        "guoji:metric": "air_temperature",
        "guoji:count": 3,
    }
    check_batch(batch.leaves, event)
    check_batch(batch.leaves, json.loads(json.dumps(event)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("guoji:batchRoot", "00" * 32),
        ("guoji:readingCount", 4),
        ("guoji:epoch", 8),
        ("guoji:device", "cold-8"),
        ("guoji:firstSequence", 0),
        ("guoji:lastSequence", 4),
        ("guoji:previousBatchRoot", "00" * 32),
        ("eventTime", "2026-09-21T14:16:20.001+00:00"),
        ("sensorElementList", []),
    ],
)
def test_an_event_that_says_anything_else_is_caught(name, value):
    batch = build_batch([a_reading(1), a_reading(2), a_reading(3)], NO_BATCH)

    with pytest.raises(CheckFailed):
        check_batch(batch.leaves, an_event(batch) | {name: value})


@pytest.mark.parametrize("field", ["minValue", "maxValue", "meanValue", "uom", "guoji:count", "guoji:metric"])
def test_an_event_with_an_embellished_summary_is_caught(field):
    batch = build_batch([a_reading(1), a_reading(2)], NO_BATCH)
    event = an_event(batch)
    event["sensorElementList"][0]["sensorReport"][0][field] = 4

    with pytest.raises(CheckFailed, match="air_temperature"):
        check_batch(batch.leaves, event)


SIGNER = DeviceSigner.make(Algorithm.EdDSA)


def a_signed_reading(sequence):
    records = json.loads(a_payload(sequence, 4.25, 1_790_000_000 + 60 * sequence))
    payload = SIGNER.sign(cbor_of(records), "cold-7")
    return a_reading(sequence, authenticated=Authenticated.SIGNED, payload=payload)


def test_an_event_says_how_many_readings_are_signed_and_sums_them_up_too():
    batch = build_batch([a_reading(1), a_signed_reading(2), a_signed_reading(3)], NO_BATCH)

    event = an_event(batch)

    assert event["guoji:signedCount"] == 2
    assert event["sensorElementList"][0]["sensorReport"][0]["guoji:count"] == 3
    check_batch(batch.leaves, event)
    assert "guoji:signedCount" not in an_event(build_batch([a_reading(1)], NO_BATCH))


@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("claimed", [0, 1, 2, None])
def test_an_event_that_claims_another_number_of_signed_readings_is_caught(signed, claimed):
    batch = build_batch([a_reading(1), a_signed_reading(2) if signed else a_reading(2)], NO_BATCH)
    event = an_event(batch)
    stated = event.pop("guoji:signedCount", None)

    if claimed != stated:
        with pytest.raises(CheckFailed, match="guoji:signedCount"):
            check_batch(batch.leaves, event if claimed is None else event | {"guoji:signedCount": claimed})


def test_a_leaf_that_says_signed_over_a_plain_payload_is_named():
    batch = build_batch([a_reading(1)], NO_BATCH)
    liar = build_batch([a_reading(1, authenticated=Authenticated.SIGNED)], NO_BATCH)

    with pytest.raises(CheckFailed, match="reading 1 of cold-7: its leaf says that it is signed"):
        check_batch(liar.leaves, an_event(batch) | _commitments_of(liar) | {"guoji:signedCount": 1})


def test_a_reading_changed_after_the_batch_was_closed_is_caught():
    batch = build_batch([a_reading(1), a_reading(2)], NO_BATCH)
    changed = leaf_of(a_reading(2, celsius=3.25))

    with pytest.raises(CheckFailed, match="guoji:batchRoot"):
        check_batch([*batch.leaves[:2], changed], an_event(batch))


def test_a_reading_whose_payload_carries_another_number_is_named():
    batch = build_batch([a_reading(1)], NO_BATCH)
    liar = build_batch([a_reading(1), a_reading(2, payload=a_payload(7))], NO_BATCH)

    with pytest.raises(CheckFailed, match="reading 2 of cold-7: its payload says epoch 9, number 7"):
        check_batch(liar.leaves, an_event(batch) | _commitments_of(liar))


def _commitments_of(batch):
    return {
        "guoji:batchRoot": batch.root.hex(),
        "guoji:readingCount": len(batch.readings),
        "guoji:lastSequence": batch.header.last_sequence,
    }


def test_a_missing_or_spoiled_leaf_is_named():
    batch = build_batch([a_reading(1), a_reading(2)], NO_BATCH)

    with pytest.raises(CheckFailed, match="holds 1 readings, its header says 2"):
        check_batch(batch.leaves[:2], an_event(batch))
    with pytest.raises(CheckFailed, match="leaf 2 of the batch"):
        check_batch([*batch.leaves[:2], batch.leaves[2][:-1]], an_event(batch))
    with pytest.raises(CheckFailed, match="leaf 0 of the batch"):
        check_batch(batch.leaves[1:], an_event(batch))


@given(st.permutations(range(1, 30)), st.sets(st.integers(1, 29)), st.integers(1, 10))
def test_every_missing_number_is_missed_in_exactly_one_batch(order, lost, size):
    arrived = [number for number in order if number not in lost]
    sealed_through = expected = 0
    for start in range(0, len(arrived), size):
        window = arrived[start : start + size]
        expected += expected_count(window, sealed_through)
        sealed_through = max(sealed_through, *window)

    missing_when_closed = expected - len(arrived)
    late = sum(1 for i, n in enumerate(arrived) if n < max(arrived[: i - i % size], default=0))

    assert missing_when_closed == sealed_through - len(arrived) + late


def test_a_leaf_that_names_an_unknown_way_of_authentication_is_refused():
    leaf = bytearray(leaf_of(a_reading(payload=b"")))
    leaf[-5] = 3

    with pytest.raises(InvalidInput, match="authenticated by 3"):
        parse_leaf(bytes(leaf))


def test_a_batch_needs_a_reading():
    batch = build_batch([a_reading(1)], NO_BATCH)

    with pytest.raises(InvalidInput, match="at least one reading"):
        build_batch([], NO_BATCH)
    with pytest.raises(CheckFailed, match="batch has 1 leaves"):
        open_batch(batch.leaves[:1])


@pytest.mark.parametrize(("field", "value"), [("first_sequence", 0), ("last_sequence", 3), ("count", 3)])
def test_a_header_that_says_another_range_or_count_is_caught(field, value):
    batch = build_batch([a_reading(1), a_reading(2)], NO_BATCH)
    header = header_leaf(dataclasses.replace(batch.header, **{field: value}))

    with pytest.raises(CheckFailed, match="its header says"):
        open_batch([header, *batch.leaves[1:]])


def test_a_header_that_is_longer_than_it_should_be_is_caught():
    batch = build_batch([a_reading(1)], NO_BATCH)

    with pytest.raises(CheckFailed, match="61 bytes after the alias, want 60"):
        open_batch([batch.leaves[0] + b"x", *batch.leaves[1:]])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("startTime", "2026-09-21T14:00:00.000+00:00"),
        ("endTime", "2026-09-21T15:00:00.000+00:00"),
        ("rawData", "https://guoji.example/batch/another"),
        ("deviceID", 7),
    ],
)
def test_an_event_with_other_sensor_metadata_is_caught(field, value):
    batch = build_batch([a_reading(1), a_reading(2)], NO_BATCH)
    event = an_event(batch)
    event["sensorElementList"][0]["sensorMetadata"][field] = value

    with pytest.raises(CheckFailed):
        check_batch(batch.leaves, event)


@pytest.mark.parametrize("change", [lambda reports: reports * 2, lambda reports: [], lambda reports: None])
def test_an_event_that_reports_more_or_fewer_metrics_is_caught(change):
    batch = build_batch([a_reading(1)], NO_BATCH)
    event = an_event(batch)
    element = event["sensorElementList"][0]
    element["sensorReport"] = change(element["sensorReport"])

    with pytest.raises(CheckFailed, match="payloads hold 1 metrics"):
        check_batch(batch.leaves, event)


def test_a_moment_has_one_spelling():
    assert from_iso(iso(1_790_000_000_123)) == 1_790_000_000_123
    for other in (
        "2026-09-21T14:13:20Z",
        "2026-09-21T16:13:20.123+02:00",
        "2026-09-21 14:13:20.123+00:00",
        "now",
    ):
        with pytest.raises(InvalidInput):
            from_iso(other)
