"""RFID tag contents at the end of a URI."""

import base64
import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link, keys
from traceability.gs1.epc_binary import read_epc

VECTORS = Path(__file__).parent.parent / "vectors" / "gs1"
PREFIX_BITS = {12: 40, 11: 37, 10: 34, 9: 30, 8: 27, 7: 24, 6: 20}


def tag(header, prefix, reference, key_bits, rest):
    """Encode an EPC the obvious way: a string of bits, filled up to whole words."""
    bits = f"{header:08b}001{12 - len(prefix):03b}"
    bits += f"{int(prefix):0{PREFIX_BITS[len(prefix)]}b}"
    if key_bits:
        bits += f"{int(reference or 0):0{key_bits - PREFIX_BITS[len(prefix)]}b}"
    bits += rest
    bits += "0" * (-len(bits) % 16)
    return f"{int(bits, 2):0{len(bits) // 4}x}"


def ascii_bits(text, length):
    return "".join(f"{ord(character):07b}" for character in text).ljust(length, "0")


def test_every_epc_vector_is_read_in_both_spellings():
    for line in (VECTORS / "epc_binary.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        for uri in filter(None, (case["uri_eh"], case.get("uri_ex"))):
            link = digital_link.parse(uri)
            assert digital_link.build(link.stem, link.elements) == case["uncompressed"]


PREFIX = st.integers(6, 12).flatmap(lambda length: st.text("0123456789", min_size=length, max_size=length))


def reference_of(prefix, digits):
    length = digits - len(prefix)
    return st.text("0123456789", min_size=length, max_size=length)


@given(st.data(), PREFIX, st.integers(0, 2**38 - 1))
def test_an_sgtin_is_read_as_it_was_encoded(data, prefix, serial):
    item = data.draw(reference_of(prefix, 13))
    gtin = item[0] + prefix + item[1:]

    elements = read_epc("eh" + tag(0x30, prefix, item, 44, f"{serial:038b}"))

    assert elements == [("01", gtin + keys.check_digit(gtin)), ("21", str(serial))]


@given(st.data(), PREFIX)
def test_an_sscc_is_read_as_it_was_encoded(data, prefix):
    reference = data.draw(reference_of(prefix, 17))
    sscc = reference[0] + prefix + reference[1:]

    assert read_epc("eh" + tag(0x31, prefix, reference, 58, "0" * 24)) == [
        ("00", sscc + keys.check_digit(sscc))
    ]


@given(st.data(), PREFIX, st.text("ABCabc019-", min_size=1, max_size=16))
def test_places_assets_and_items_with_text_are_read_as_they_were_encoded(data, prefix, text):
    location = data.draw(reference_of(prefix, 12))
    item = data.draw(reference_of(prefix, 13))
    key = prefix + location
    gtin = item[0] + prefix + item[1:]

    sgln = read_epc("eh" + tag(0x39, prefix, location, 41, ascii_bits(text, 140)))
    grai = read_epc("eh" + tag(0x37, prefix, location, 44, ascii_bits(text, 112)))
    sgtin = read_epc("eh" + tag(0x36, prefix, item, 44, ascii_bits(text, 140)))
    giai_bits = 188 - PREFIX_BITS[len(prefix)]
    giai = read_epc("eh" + tag(0x38, prefix, "", 0, ascii_bits(text, giai_bits)))

    gln = ("414", key + keys.check_digit(key))
    assert sgln == ([gln] if text == "0" else [gln, ("254", text)])
    assert grai == [("8003", "0" + key + keys.check_digit(key) + text)]
    assert sgtin == [("01", gtin + keys.check_digit(gtin)), ("21", text)]
    assert giai == [("8004", prefix + text)]


def test_a_place_and_a_device_with_a_number_are_read():
    place = tag(0x32, "9520000", "00005", 41, f"{77:041b}")
    device = tag(0x34, "9520001", "", 0, f"{1234:058b}")
    asset = tag(0x33, "952000000031", "", 44, f"{7:038b}")

    assert read_epc("eh" + place) == [("414", "9520000000059"), ("254", "77")]
    assert read_epc("eh" + device) == [("8004", "95200011234")]
    assert read_epc("eh" + asset) == [("8003", "095200000003187")]


def test_the_base64_spelling_says_the_same():
    code = tag(0x30, "9520000", "004242", 44, f"{6789:038b}")
    spelled = base64.urlsafe_b64encode(bytes.fromhex(code)).decode().rstrip("=")

    assert read_epc("ex" + spelled) == read_epc("eh" + code)


GOOD = tag(0x30, "9520000", "004242", 44, f"{6789:038b}")


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        ("eh35" + GOOD[2:], "has header 0x35"),
        ("extras", "has header 0xb6"),
        ("eh" + GOOD[:-2], "has 88 bits, want 96"),
        ("eh" + GOOD + "0000", "has 112 bits, want 96"),
        ("eh" + GOOD + "01", "want 96 and zeros behind"),
        ("eh303c" + GOOD[4:], "has partition 7"),
        ("eh" + tag(0x31, "9520000", "0000000077", 58, "1".zfill(24)), "bits set after its reference"),
        ("eh" + tag(0x30, "9520000", "4194303", 44, "0" * 38)[:24], "where 6 digits fit"),
        ("eh" + tag(0x36, "9520000", "004242", 44, ascii_bits("A\0B", 140)), "after the end of its serial"),
    ],
)
def test_a_tag_that_holds_no_sound_epc_is_refused(segment, reason):
    with pytest.raises(InvalidInput, match=reason):
        read_epc(segment)


@pytest.mark.parametrize("segment", ["", "eh", "ehx", "eh123", "ex", "exA", "ex=", "EH3034", "fruit"])
def test_a_segment_that_looks_like_no_tag_is_none(segment):
    assert read_epc(segment) is None


def test_a_decoded_tag_is_checked_like_any_value():
    code = tag(0x36, "9520000", "004242", 44, ascii_bits("A B", 140))

    with pytest.raises(InvalidInput, match="' ' as character 2"):
        digital_link.parse(f"https://example.com/eh{code}")


@given(st.binary(min_size=1, max_size=30))
def test_any_tag_is_read_or_refused_and_nothing_else(content):
    with contextlib.suppress(InvalidInput):
        assert read_epc("eh" + content.hex())
