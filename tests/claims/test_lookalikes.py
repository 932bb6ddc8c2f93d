"""A word is judged as people read it, however its letters are written."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.claims.lookalikes import undisguised
from traceability.claims.normal import normal

LABELLED = (Path(__file__).parent / "labelled.jsonl").read_text("utf-8").splitlines()
SAID = [json.loads(line)["text"] for line in LABELLED]
UNSEEN = "\u200b\u200d\u2060\ufeff\u00ad\u034f\u115f\u3164\u2800\uffa0\ufe0f\U000e0101"
TWINS = str.maketrans("aeopcyxijshAEOPCTX", "аеорсухіјѕһАЕОРСТХ")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("全·网·最·低·价", "全网最低价"),
        ("全-网-最-低-价", "全网最低价"),
        ("全 . 网 最", "全 . 网 最"),
        ("最*好的苹果", "最好的苹果"),
        ("全网最\u3164甜", "全网最甜"),
        ("no pеsticides", "no pesticides"),
        ("tһe bést", "the best"),
        ("b.e.s.t apples", "best apples"),
        ("o-r-g-a-n-i-c", "organic"),
        ("or·ganic", "organic"),
    ],
)
def test_a_disguised_word_is_read_as_it_is_meant(written, read):
    assert undisguised(written) == read


@pytest.mark.parametrize(
    "plain", ["a.m. and p.m.", "20-30", "甜、脆、香", "苹果.今早摘的", "A/B", "i.e. 0-4", "产地:陕西-洛川"]
)
def test_what_is_not_disguised_stays(plain):
    assert undisguised(plain) == plain


PIECES = st.sampled_from([*"全网最低价best·*-. ,аеé\u0301\u034f\u3164\u2800가がﬁ①℃"])


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40))
def test_what_was_read_once_reads_the_same_again(text):
    assert undisguised(undisguised(text)) == undisguised(text)


@given(st.sampled_from(SAID), st.integers(0, 400), st.sampled_from(UNSEEN))
def test_no_letter_that_looks_like_another_or_like_nothing_changes_what_is_judged(said, place, unseen):
    disguised = (said[:place] + unseen + said[place:]).translate(TWINS)

    assert normal(disguised) == normal(said)


def test_a_plain_labelled_sentence_is_judged_as_it_stands():
    plain = [unicodedata.normalize("NFKC", said) for said in SAID if not set(said) & set("·•*_éñç")]

    assert [undisguised(said) for said in plain] == plain
