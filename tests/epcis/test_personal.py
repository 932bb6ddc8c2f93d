"""Personal data in clear is found by name and by how it reads; identifiers, times and hashes are not."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.epcis.personal import COMMITMENT, in_clear

VECTORS = Path(__file__).parents[1] / "vectors" / "epcis"
ID_CARD = "11010519491231002X"
"""The example of GB 11643."""
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    "name",
    [
        "farm:phone",
        "farm:driverName",
        "guoji:picker_name",
        "farm:contact.email",
        "x:Tel",
        "farm:ID-card",
        "farm:司机姓名",
        "farm:homeAddress",
        "phone",
    ],
)
@pytest.mark.parametrize("value", ["x", "", None, 1, {}, [], {COMMITMENT: DIGEST, "farm:salt": "x"}])
def test_a_field_with_a_personal_name_holds_a_commitment_or_is_refused(name, value):
    assert in_clear(name, value) == "personal data in clear"
    assert in_clear(name, [{COMMITMENT: DIGEST}, value]) == "personal data in clear"
    assert in_clear(name, {COMMITMENT: DIGEST}) is None
    assert in_clear(name, [{COMMITMENT: DIGEST}, {COMMITMENT: DIGEST}]) is None


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "司机13812345678，到了打电话",
        "１３８１２３４５６７８",
        "+8613812345678",
        "+86 138 1234 5678",
        "0086-13812345678",
        "138-1234-5678",
        "call 138 1234 5678.",
        "tel.13812345678.",
        "tel:13812345678",
        "see https://farm.example or 13812345678",
        ["gate 3", ["13812345678"]],
    ],
)
def test_a_mobile_number_in_a_text_is_refused(text):
    assert in_clear("farm:note", text) == "what reads as a Chinese mobile number"


@pytest.mark.parametrize("text", [ID_CARD, ID_CARD.lower(), f"身份证{ID_CARD}号", [ID_CARD]])
@pytest.mark.parametrize("name", ["farm:note", "farm:serialNo"])
def test_the_number_of_an_identity_card_is_refused_under_any_name(name, text):
    assert in_clear(name, text) == "what reads as the number of an identity card"


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # check character
        "11010519491331002X",  # month
        "10010519491231002X",  # region
        "095212340000000013",
        "369212340000000015",
        "1381234567",
        "138123456789",
        "12812345678",
        "0.13812345678",
        "13812345678.25",
        "2026-08-15T14:00:00+02:00",
        "1386789012345",
        f"sha256 {DIGEST}",
        "f47ac10b-58cc-4372-1381-13812345678a",
        "9138-1234-5678",
        "138-1234-5678-9",
        "https://id.gs1.org/01/09521234000020/10/13812345678",
        "urn:epc:id:sgtin:9521234.00002.13812345678",
    ],
)
def test_what_only_looks_like_one_passes(text):
    assert in_clear("farm:note", text) is None


@pytest.mark.parametrize(
    "name", ["farm:waybillNo", "farm:orderId", "x:serial", "farm:批号", "farm:lot_number"]
)
def test_eleven_digits_that_name_a_thing_pass_unless_they_are_written_as_a_telephone(name):
    assert in_clear(name, "13812345678") is None
    assert in_clear(name, "+86 13812345678") == "what reads as a Chinese mobile number"


_DIGITS = st.text("0123456789", min_size=1, max_size=40)
_TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 (hypothesis wants it so)


@given(
    st.one_of(
        _DIGITS.filter(lambda digits: len(digits) not in (11, 18)),
        _TIMES.map(lambda moment: moment.isoformat()),
        _TIMES.map(lambda moment: str(int(moment.replace(tzinfo=UTC).timestamp() * 1000))),
        st.binary(min_size=20, max_size=32).map(bytes.hex),
        st.uuids().map(str),
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        _DIGITS.map(lambda serial: f"https://id.gs1.org/01/09521234000020/21/{serial}"),
    )
)
def test_no_key_time_hash_or_number_is_taken_for_a_person(text):
    assert in_clear("farm:note", text) is None


@given(_DIGITS.filter(lambda digits: len(digits) != 18))
def test_no_run_of_digits_in_a_field_for_identifiers_is_taken_for_a_person(digits):
    assert in_clear("farm:palletId", digits) is None


@pytest.mark.parametrize("file", sorted(VECTORS.glob("[vgq]*/*.json")), ids=lambda file: file.stem)
def test_nothing_in_the_published_examples_is_taken_for_a_person(file):
    assert list(_found(json.loads(file.read_bytes()))) == []


def _found(node):
    for name, value in node.items() if isinstance(node, dict) else enumerate(node):
        if ":" in str(name) and (found := in_clear(name, value)):
            yield name, found
        if isinstance(value, dict | list):
            yield from _found(value)
