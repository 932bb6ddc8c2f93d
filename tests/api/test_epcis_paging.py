"""A page token is of use for its own question, for a day, and nothing else passes for one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.epcis_paging import KEPT_S, MOST_PER_PAGE, PER_PAGE, read_paging
from traceability.errors import BadQuery

NOW_S = 1_800_000_000
TOKEN = read_paging(None, None, "question", NOW_S).token((7, 8, "ab"))


def tampered(change):
    """The token after `change` to its parts."""
    parts = json.loads(urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4)))
    return urlsafe_b64encode(json.dumps(change(parts)).encode()).decode().rstrip("=")


def test_a_token_leads_to_its_place_as_long_as_it_is_kept():
    for now_s in (NOW_S, NOW_S + KEPT_S):
        assert read_paging(None, TOKEN, "question", now_s).after == (7, 8, "ab")


def test_a_token_that_expired_is_refused():
    with pytest.raises(BadQuery, match="nextPageToken expired 1 s ago"):
        read_paging(None, TOKEN, "question", NOW_S + KEPT_S + 1)


def test_a_token_of_another_question_is_refused():
    with pytest.raises(BadQuery, match="belongs to another question"):
        read_paging(None, TOKEN, "another", NOW_S)


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: [*parts, 2**62],
        lambda parts: [*parts, 1.5],
        lambda parts: [*parts, True],
        lambda parts: [*parts, "xy"],
        lambda parts: [*parts, "abc"],
        lambda parts: [*parts, "ab" * 33],
        lambda parts: [*parts, None],
        lambda parts: [parts[0], "soon", *parts[2:]],
        lambda parts: parts[:1],
        lambda parts: dict.fromkeys("abc"),
        lambda parts: 5,
    ],
)
def test_a_token_that_was_tampered_with_is_refused(change):
    with pytest.raises(BadQuery, match="none that we gave"):
        read_paging(None, tampered(change), "question", NOW_S)


@given(st.text(max_size=80))
def test_any_text_is_no_token(text):
    with pytest.raises(BadQuery):
        read_paging(None, text, "question", NOW_S)


def test_pages_have_a_size_within_limits():
    sizes = [read_paging(asked, None, "", NOW_S).per_page for asked in (None, "1", "200", "201")]

    assert sizes == [PER_PAGE, 1, MOST_PER_PAGE, MOST_PER_PAGE]


@pytest.mark.parametrize("size", ["0", "-1", "", "1.5", "٣", "9999999999"])
def test_another_size_is_refused(size):
    with pytest.raises(BadQuery, match=r"^perPage is "):
        read_paging(size, None, "", NOW_S)
