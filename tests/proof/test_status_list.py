"""Status lists: what is read, and that none unpacks into more than was asked for."""

import gzip

import pytest

from tests.laboratories import KEY, LIST_URL, a_list, day
from traceability.epcis.compact_jws import to_base64url
from traceability.errors import InvalidInput
from traceability.proof.credential import payload
from traceability.proof.status_list import SHORTEST, StatusList, encode, expand

EXAMPLE = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""From the standard, example of a BitstringStatusListCredential: 131,072 bits, none set."""


def packed(data):
    return "u" + to_base64url(gzip.compress(data, mtime=0))


def a_list_saying(**changed):
    subject = {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": EXAMPLE}
    made = payload(
        "BitstringStatusListCredential", KEY.issuer, subject | changed, id=LIST_URL, validFrom=day(1)
    )
    return KEY.sign(made)


def test_the_list_of_the_standards_example_is_read():
    assert expand(EXAMPLE) == bytes(16 * 1024)
    assert not StatusList.parse(a_list_saying()).is_set(131_071)


@pytest.mark.parametrize("index", [0, 7, 8, 94_567, 131_071])
def test_the_first_index_is_the_left_most_bit(index):
    bits = expand(encode([index]))

    assert bin(int.from_bytes(bits))[2:].zfill(131_072).index("1") == index
    assert StatusList.parse(a_list(index)).is_set(index)
    assert not StatusList.parse(a_list(index)).is_set(index ^ 1)


@pytest.mark.parametrize(
    ("encoded", "said"),
    [
        (EXAMPLE[1:], "multibase"),
        ("uAAAA", "not GZIP"),
        ("u====", "base64url"),
        (packed(bytes(SHORTEST - 1)), "16383 bytes"),
        (packed(bytes(50 * 1024 * 1024)), "1048577 bytes"),
        ("u" + to_base64url(gzip.compress(bytes(SHORTEST), mtime=0)[:-9]), "and an end"),
    ],
    ids=["no multibase", "no gzip", "no base64url", "short", "long", "cut"],
)
def test_a_list_that_is_too_short_too_long_or_cut_is_refused(encoded, said):
    with pytest.raises(InvalidInput, match=said):
        expand(encoded)


@pytest.mark.parametrize(
    "changed", [{"type": "StatusList2021"}, {"encodedList": 7}, {"statusPurpose": None}, {"more": 1}]
)
def test_another_kind_of_list_is_refused(changed):
    with pytest.raises(InvalidInput):
        StatusList.parse(a_list_saying(**changed))


def test_a_list_without_an_end_counts_as_ended():
    found = StatusList.parse(a_list_saying())

    assert found.ends_before(found.signed.valid_from)


def test_no_list_is_made_for_an_index_beyond_its_end():
    with pytest.raises(InvalidInput, match="131072 bits"):
        encode([131_072])
    with pytest.raises(InvalidInput, match="want index 131072"):
        StatusList.parse(a_list()).is_set(131_072)
