"""Check characters and the digits of keys."""

import json
from pathlib import Path

import biip.checksums
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.gs1 import keys

VECTORS = Path(__file__).parent.parent / "vectors" / "gs1"
DIGITS = st.text("0123456789", min_size=1, max_size=17)


def test_every_check_digit_vector_agrees():
    for line in (VECTORS / "check_digit.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        assert keys.check_digit(case["value"][:-1]) == case["check"], case
        assert (case["value"][-1] == case["check"]) is case["valid"], case


@given(DIGITS)
def test_the_check_digit_is_the_one_that_biip_computes(digits):
    assert int(keys.check_digit(digits)) == biip.checksums.gs1_standard_check_digit(digits)


@given(DIGITS, st.data())
def test_the_check_digit_catches_every_single_wrong_digit(digits, data):
    position = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != digits[position]))

    changed = digits[:position] + other + digits[position + 1 :]

    assert keys.check_digit(changed) != keys.check_digit(digits)


@pytest.mark.parametrize("digits", ["", "12a", "１２", "-1", "1 2"])
def test_a_check_digit_is_made_of_digits_only(digits):
    with pytest.raises(InvalidInput, match="other than digits"):
        keys.check_digit(digits)


def test_the_check_pair_of_the_general_specifications_example():
    assert keys.check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


@pytest.mark.parametrize("text", ["a" * 24, "a#", "é"])
def test_no_check_pair_for_text_outside_cset_82_or_too_long(text):
    with pytest.raises(InvalidInput, match="23 characters of CSET 82"):
        keys.check_pair(text)


def test_a_short_gtin_is_filled_up_to_14_digits():
    assert keys.gtin("9520123456788") == "09520123456788"
    assert keys.gtin("02345673") == "00000002345673"


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (keys.gtin, "123", "has 3 characters"),
        (keys.gtin, "0952012345678X", "other than digits"),
        (keys.gtin, "09520123456789", "check digit 9, want 8"),
        (keys.gln, "09520123456788", "want 13 digits"),
        (keys.gln, "9520000000058", "check digit 8, want 9"),
        (keys.sscc, "095200000000000777", "check digit 7, want 6"),
        (keys.sscc, "9" * 500, "…'?.* has 500 characters, want 18"),
    ],
)
def test_an_unsound_key_is_refused_with_what_was_wanted(read, text, reason):
    with pytest.raises(InvalidInput, match=reason):
        read(text)


def test_a_sound_gln_and_sscc_come_back_as_they_are():
    assert keys.gln("9520000000059") == "9520000000059"
    assert keys.sscc("095200000000000776") == "095200000000000776"
