"""Item serials that cannot be made up."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import CheckFailed, InvalidInput
from traceability.gs1 import digital_link, serials

KEY = bytes(range(32))
GTIN = "09520000042424"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM = st.binary(min_size=5, max_size=5)


@given(RANDOM, st.binary(min_size=32, max_size=64))
def test_what_was_issued_passes(random_bytes, key):
    serial = serials.issue(key, GTIN, random_bytes)

    serials.check(key, GTIN, serial)
    assert digital_link.kind(digital_link.item(GTIN, serial)) == "item"


def test_a_serial_is_spelled_as_documented():
    random_bytes = b"\x01\x02\x03\x04\x05"
    tag = hmac.new(KEY, b"\x01guoji/item-serial\x00" + GTIN.encode() + random_bytes, hashlib.sha256).digest()
    number = int.from_bytes(random_bytes + tag[:5], "big")
    characters = []
    for _ in range(16):
        number, value = divmod(number, 32)
        characters.append(ALPHABET[value])

    assert serials.issue(KEY, GTIN, random_bytes) == "".join(reversed(characters)) == "04106105W7BFTQFF"


@given(RANDOM, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_a_serial_with_any_character_changed_is_refused(random_bytes, position, character):
    serial = serials.issue(KEY, GTIN, random_bytes)
    forged = serial[:position] + character + serial[position + 1 :]

    if forged != serial:
        with pytest.raises(CheckFailed, match="was not issued"):
            serials.check(KEY, GTIN, forged)


def test_a_serial_of_another_product_or_key_is_refused():
    serial = serials.issue(KEY, GTIN, b"abcde")

    with pytest.raises(CheckFailed):
        serials.check(KEY, "09520000000011", serial)
    with pytest.raises(CheckFailed):
        serials.check(KEY[::-1], GTIN, serial)


def test_a_gtin_with_or_without_its_leading_zero_is_the_same_product():
    assert serials.issue(KEY, GTIN[1:], b"abcde") == serials.issue(KEY, GTIN, b"abcde")


@pytest.mark.parametrize(
    "serial", ["", "A" * 15, "A" * 17, "a" * 16, "I" * 16, "U" * 16, "À" * 16, "1" * 15 + " "]
)
def test_what_cannot_be_a_serial_is_refused_as_malformed(serial):
    with pytest.raises(InvalidInput, match="is not 16 characters of Crockford base32"):
        serials.check(KEY, GTIN, serial)


@pytest.mark.parametrize(
    ("key", "gtin", "random_bytes", "reason"),
    [
        (b"short", GTIN, b"abcde", "key has 5 bytes"),
        (KEY, "123", b"abcde", "GTIN"),
        (KEY, GTIN, b"abcd", "from 4 random bytes"),
    ],
)
def test_a_serial_is_not_issued_from_bad_ingredients(key, gtin, random_bytes, reason):
    with pytest.raises(InvalidInput, match=reason):
        serials.issue(key, gtin, random_bytes)


def test_a_scratch_code_is_spelled_as_documented_and_read_as_people_type_it():
    serial = serials.issue(KEY, GTIN, b"abcde")
    tag = hmac.new(KEY, b"\x01guoji/scratch-code\x00" + (GTIN + serial).encode(), hashlib.sha256).digest()
    number = int.from_bytes(tag[:5], "big")
    code = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))

    assert serials.scratch_code(KEY, GTIN, serial) == code
    as_typed = f" {code[:4].lower()}-{code[4:]} ".replace("0", "o").replace("1", "l")
    assert serials.is_scratch_code(KEY, GTIN, serial, as_typed)


@pytest.mark.parametrize("typed", ["", "0", "00000000", "果迹果迹果迹果迹", "ı" * 8])
def test_another_scratch_code_is_none(typed):
    serial = serials.issue(KEY, GTIN, b"abcde")
    code = serials.scratch_code(KEY, GTIN, serial)

    for wrong in (typed, code + "0", code[:-1], serials.scratch_code(KEY, GTIN, serial[::-1])):
        assert not serials.is_scratch_code(KEY, GTIN, serial, wrong)
