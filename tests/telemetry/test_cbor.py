import struct

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.telemetry.cbor import MAX_DEPTH, Tagged, decode, encode

SCALARS = (
    st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.none()
    | st.text()
    | st.binary()
)
ITEMS = st.recursive(
    SCALARS,
    lambda items: st.lists(items) | st.dictionaries(st.integers(-(2**64), 2**64 - 1) | st.text(), items),
    max_leaves=20,
).filter(lambda item: _depth(item) <= MAX_DEPTH)


def _depth(item):
    if isinstance(item, dict):
        item = list(item.values())
    return 1 + max(map(_depth, item), default=0) if isinstance(item, list) else 0


@given(ITEMS)
def test_what_is_written_reads_back_here_and_elsewhere(item):
    assert decode(encode(item)) == item
    assert cbor2.loads(encode(item)) == item


@given(ITEMS)
def test_what_another_program_writes_is_read_alike(item):
    assert decode(cbor2.dumps(item)) == item
    assert decode(cbor2.dumps(item, canonical=True)) == item


@pytest.mark.parametrize("form", [">e", ">f", ">d"])
def test_floats_of_every_width_are_read(form):
    initial = {">e": 0xF9, ">f": 0xFA, ">d": 0xFB}[form]

    assert decode(bytes([initial]) + struct.pack(form, -4.25)) == -4.25


def test_a_tag_is_handed_on_and_makes_no_object():
    assert decode(cbor2.dumps(cbor2.CBORTag(0, "2026-01-01T00:00:00Z"))) == Tagged(0, "2026-01-01T00:00:00Z")
    assert encode(Tagged(18, [1])) == b"\xd2\x81\x01"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ends within an item"),
        (b"\x19\x01", "ends within an item"),
        (b"\xfb\x00", "ends within an item"),
        (b"\x82\x01", "ends within an item"),
        (b"\x9b" + b"\xff" * 8, "ends within an item"),
        (b"\xbb" + b"\xff" * 8, "ends within an item"),
        (b"\x42a", "within a string of 2 bytes"),
        (b"\x5b" + b"\xff" * 8, "within a string of"),
        (b"\x01\x01", "has 2 bytes, its item 1"),
        (b"\x61\xff", "not UTF-8"),
        (b"\xa2\x01\x01\x01\x02", "same key twice"),
        (b"\xa2\x01\x01\x18\x01\x02", "same key twice"),
        (b"\xa1\x80\x01", "list as a key"),
        (b"\xa1\xf5\x01", "bool as a key"),
        (b"\xa1\xf9\x3c\x00\x01", "float as a key"),
        (b"\x9f\x01\xff", "an indefinite length at byte 0"),
        (b"\x7f\x61a\xff", "an indefinite length"),
        (b"\x1c", "no known length"),
        (b"\xff", "0xff at 0"),
        (b"\xf7", "0xf7 at 0"),
        (b"\xf8\x20", "0xf8 at 0"),
        (b"\x81" * MAX_DEPTH + b"\x80", "nested more than"),
        (b"\xc1" * 60_000 + b"\x01", "nested more than"),
    ],
)
def test_what_is_not_the_one_item_is_refused_with_the_reason(data, reason):
    with pytest.raises(InvalidInput, match=reason):
        decode(data)


def test_what_has_no_form_is_not_written():
    with pytest.raises(InvalidInput, match="no length or whole number"):
        encode(2**64)
    with pytest.raises(InvalidInput, match="for object"):
        encode(object())
