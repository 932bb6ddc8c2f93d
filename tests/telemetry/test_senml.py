import contextlib
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.telemetry.cbor import Tagged, encode
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.senml import Measurement, Message, decode, open_pack
from traceability.telemetry.senml_cbor import LABELS, cbor_of

BASE = {"bn": "cold-7:", "bt": 1_790_000_000, "n": "epoch", "u": "count", "v": 9}
SEQ = {"n": "seq", "u": "count", "v": 4}
AIR = {"n": "air_temperature", "u": "Cel", "v": 4.25}


def encoded(*records):
    return json.dumps(records).encode()


def test_a_message_is_numbered_and_its_base_values_are_applied():
    payload = encoded(BASE, SEQ, AIR | {"t": -1.5}, {"n": "door_open", "vb": True, "t": 2})

    assert decode(payload, "cold-7") == Message(
        epoch=9,
        sequence=4,
        measurements=(
            Measurement("air_temperature", "Cel", 4.25, 1_789_999_998_500),
            Measurement("door_open", None, True, 1_790_000_002_000),
        ),
    )


def test_in_cbor_a_message_is_the_same():
    records = [BASE | {"bver": 10}, SEQ, AIR | {"t": -1.5}, {"n": "door_open", "vb": True, "t": 2}]

    assert decode(cbor_of(records), "cold-7") == decode(encoded(*records), "cold-7")
    assert cbor_of([AIR]) == b"\x81\xa3\x00\x6fair_temperature\x01\x63Cel\x02\xfb" + struct.pack(">d", 4.25)


def test_in_cbor_a_decimal_fraction_is_the_double_next_to_it():
    air = {LABELS["n"]: "air_temperature", LABELS["u"]: "Cel", LABELS["v"]: Tagged(4, [-1, 41])}
    payload = cbor_of([BASE, SEQ])
    payload = b"\x83" + payload[1:] + encode(air)

    assert decode(payload, "cold-7").measurements[0].value == 4.1


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\x9f\xff", "an indefinite length"),
        (b"\x80", "0 records"),
        (b"\x81\x01", "record 0 is of type int"),
        (encode([{}] * 1001), "1001 records"),
        (encode([{9: 1}]), "label '9', which is none in CBOR"),
        (encode([{"n": "seq"}]), "label 'n', which is none in CBOR"),
        (encode([{"x_": 1}]), "must be understood"),
        (encode([{-2: 7}]), "bn is not text"),
        (encode([{-1: 11}]), "SenML version 11"),
        (encode([{6: float("inf")}]), "t is not a finite number"),
        (encode([{6: Tagged(4, [999, 1])}]), "t is not a finite number"),
        (encode([{6: Tagged(4, [True, 1])}]), "tag 4 makes no decimal fraction"),
        (encode([{6: Tagged(2, b"1")}]), "tag 2 makes no decimal fraction"),
        (b"\x81\xa2\x00\x61a\x00\x61b", "same key twice"),
        (b"\x81" * 70_000, "70000 bytes"),
    ],
)
def test_in_cbor_a_payload_without_a_number_is_refused(payload, reason):
    with pytest.raises(InvalidInput, match=reason):
        open_pack(payload, "cold-7")


@pytest.mark.parametrize("number", [True, b"4", "4", None, [4], float("nan"), Tagged(4, [400, 1])])
def test_in_cbor_what_is_no_number_measures_nothing(number):
    payload = cbor_of([BASE, SEQ, AIR | {"v": number}])

    with pytest.raises(InvalidInput, match="want one finite v"):
        decode(payload, "cold-7")


def test_names_need_no_prefix_and_units_may_be_inherited():
    payload = encoded(
        {"n": "epoch", "u": "count", "v": 9},
        SEQ,
        {"bu": "Cel", "bv": 20, "n": "air_temperature", "v": 0.5, "t": 1_790_000_000},
    )

    assert decode(payload, "cold-7").measurements[0].value == 20.5


def test_an_unknown_label_is_passed_over():
    assert decode(encoded(BASE, SEQ, AIR | {"colour": "red"}), "cold-7").sequence == 4


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff", "not UTF-8"),
        (b"", "not JSON"),
        (b"[{]", "not JSON"),
        (b"{}", "JSON dict, want an array"),
        (b"[]", "0 records"),
        (b"[1]", "record 0 is of type int"),
        (b"[" * 60_000, "no SenML encoder writes"),
        (b"[{" + b'"v":' + b"9" * 5000 + b"}]", "no SenML encoder writes"),
        (b" " * 70_000, "70000 bytes"),
        (json.dumps([{}] * 1001).encode(), "1001 records"),
        (b'[{"n":"seq","n":"seq"}]', "same label twice"),
        (encoded(BASE), "no record named seq"),
        (encoded(BASE, SEQ, SEQ), "two records named seq"),
        (encoded(BASE, SEQ | {"v": 0}), "seq is 0.0"),
        (encoded(BASE, SEQ | {"v": 1.5}), "seq is 1.5"),
        (encoded(BASE, SEQ | {"v": 2e15}), "seq is 2"),
        (encoded(BASE, SEQ | {"u": "Cel"}), "seq is in 'Cel'"),
        (encoded(BASE, {"n": "seq", "u": "count", "vb": True}), "seq is True"),
        (encoded(BASE | {"bn": "cold-8:"}, SEQ), "no record named epoch"),
        (encoded(BASE | {"bver": 11}), "SenML version 11"),
        (encoded(BASE | {"bn": 7}), "bn is not text"),
        (encoded(BASE | {"bn": "c" * 1001}), "bn has 1001 characters, want at most 1000"),
        (encoded(BASE, SEQ | {"t": float("nan")}), "t is not a finite number"),
        (encoded(BASE, SEQ | {"x_": 1}), "must be understood"),
    ],
)
def test_a_payload_without_a_number_is_refused(payload, reason):
    with pytest.raises(InvalidInput, match=reason):
        open_pack(payload, "cold-7")


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([], "measures nothing"),
        ([AIR | {"v": float("nan")}], "want one finite v"),
        ([AIR | {"v": float("-inf")}], "want one finite v"),
        ([AIR | {"v": "4"}], "want one finite v"),
        ([AIR | {"v": True}], "want one finite v"),
        ([AIR | {"vs": "warm"}], "want one finite v"),
        ([{"n": "air_temperature", "u": "Cel"}], "want one finite v"),
        ([{"n": "air_temperature", "u": "Cel", "s": 4}], "want one finite v"),
        ([AIR | {"v": 1e10}], "beyond anything measurable"),
        ([AIR | {"u": "K"}], "in 'K', want 'Cel'"),
        ([{"n": "air_temperature", "v": 4}], "in None, want 'Cel'"),
        ([{"n": "air_temperature", "u": "Cel", "vb": True}], "want a number"),
        ([{"n": "door_open", "v": 1}], "want true or false"),
        ([AIR | {"n": "mood"}], "not in the table of metrics"),
        ([AIR | {"bn": "cold-8:"}], "not in the table of metrics"),
        ([AIR | {"n": "<script>"}], "not in the table of metrics"),
        ([AIR | {"bt": 0, "t": 12}], "relative time 12"),
        ([AIR | {"t": 1e15}], "beyond the year 9999"),
    ],
)
def test_a_message_that_can_never_be_a_reading_still_has_its_number(records, reason):
    pack = open_pack(encoded(BASE, SEQ, *records), "cold-7")

    assert (pack.epoch, pack.sequence) == (9, 4)
    with pytest.raises(InvalidInput, match=reason):
        pack.message()


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_no_json_breaks_the_decoder(value):
    _must_be_refused_or_decoded(json.dumps([BASE, SEQ, {"n": "air_temperature", "u": "Cel", "v": value}]))


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                ["bn", "bt", "bu", "bv", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "x_"]
            ),
            st.sampled_from(
                ["cold-7:", "seq", "epoch", "count", "air_temperature", "Cel", 1, 10, -1e299, True, None]
            )
            | st.floats(),
        ),
        max_size=6,
    )
)
def test_no_senml_breaks_the_decoder(records):
    _must_be_refused_or_decoded(json.dumps(records))


def _must_be_refused_or_decoded(text):
    with contextlib.suppress(InvalidInput):
        decode(text.encode(), "cold-7")


@given(st.sampled_from(sorted(METRICS)), st.floats(-1e9, 1e9))
def test_a_value_of_an_event_scales_back_to_the_same_steps(name, value):
    metric = METRICS[name]
    steps = metric.scaled(value)

    assert round(metric.unscaled(steps) * 10**metric.decimals) == steps
    assert (
        abs(metric.unscaled(steps) - value * float(metric.factor))
        <= 0.6 * 10**-metric.decimals + abs(value) / 1e9
    )


def test_halves_are_rounded_away_from_zero():
    assert METRICS["air_temperature"].scaled(0.125) == 13
    assert METRICS["air_temperature"].scaled(-0.125) == -13
    assert METRICS["pressure"].scaled(101325) == 10133
