"""A malformed link is mended only into another spelling of the same values."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.gs1 import digital_link
from traceability.gs1.keys import CSET82
from traceability.gs1.mended import mended

KIWI = "/01/09520123456788"
VALUES = st.text(CSET82, min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("/01/9520123456788", KIWI),
        ("/gtin/09520123456788/lot/A%2FB?utm=抖 音", f"{KIWI}/10/A%2FB?utm=%E6%8A%96%20%E9%9F%B3"),
        ("/GTIN/09520123456788/ser/S", f"{KIWI}/21/S"),
        (f"{KIWI}/21/S/10/L", f"{KIWI}/10/L/21/S"),
        (f"{KIWI}/10/", None),
        (f"{KIWI}/10/L/21", None),
        (f"{KIWI}//10//L/", f"{KIWI}/10/L"),
        ("/01/%EF%BC%90%EF%BC%99520123456788", KIWI),
        ("/01/０９520123456788", KIWI),
        ("/01/095%202012%20345%206788/10/%20L1", f"{KIWI}/10/L1"),
        ("/0 1/09520123456788", None),
        (f"/shop/10{KIWI}", KIWI),
        (f"/10/L{KIWI}", f"{KIWI}/10/L"),
        (f"{KIWI}?10=L1&x=1", f"{KIWI}/10/L1?x=1"),
        (f"{KIWI}/17/261122?a=b", f"{KIWI}?17=261122&a=b"),
        (f"{KIWI}/10/A/10/A", f"{KIWI}/10/A"),
        (f'{KIWI}?q="x"#top', f"{KIWI}?q=%22x%22"),
        ("/01/09520123456789", None),
        ("/01/9520123456789", None),
        ("/01/12345678905", None),
        ("/01/ABC", None),
        (f"{KIWI}/10/A/10/B", None),
        (f"{KIWI}/235/X/21/Y", None),
        (f"{KIWI}/10/A B", None),
        (f"{KIWI}/10/1 2", None),
        (f"{KIWI}/10/A/B", None),
        (f"{KIWI}/foo", None),
        (f"{KIWI}?99999=1", None),
        (f"{KIWI}?17=261199", None),
        ("/foo", None),
        ("/", None),
        ("", None),
        (KIWI, None),
        (f"{KIWI}?{'x' * 9000}", None),
    ],
)
def test_what_is_obvious_is_mended_and_nothing_is_guessed(address, meant):
    assert mended(address) == meant


@given(VALUES, VALUES, st.permutations([0, 1, 2]), st.booleans(), st.booleans())
def test_whatever_the_order_and_the_words_the_values_stay(lot, serial, order, by_word, short):
    encode = (
        [f"%{ord(character):02x}" for character in lot],
        [f"%{ord(character):02X}" for character in serial],
    )
    pairs = [
        ("gtin" if by_word else "01", "9520123456788" if short else "09520123456788"),
        ("lot" if by_word else "10", "".join(encode[0])),
        ("ser" if by_word else "21", "".join(encode[1])),
    ]
    address = "".join(f"/{name}/{value}" for name, value in (pairs[place] for place in order))

    meant = mended(address)

    wanted = Counter([("01", "09520123456788"), ("10", lot), ("21", serial)])
    assert meant is not None
    assert Counter(digital_link.parse(f"https://a.example{meant}").elements) == wanted


@given(st.text(alphabet="/019520123456788gtinlotser?=&%2F ０#", max_size=60))
def test_what_comes_out_parses_and_is_not_mended_again(address):
    meant = mended(address)

    if meant is not None:
        digital_link.parse(f"https://a.example{meant}")
        assert mended(meant) is None
