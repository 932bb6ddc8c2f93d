"""Text from outside becomes one harmless line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.present.text import LONGEST, https_link, plain


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x07", "\ufffd[31mred\ufffd"),
        ("line\r\nline\u2028line", "line line line"),
        ("safe\u202egnp.exe", "safe\ufffdgnp.exe"),
        ("\u2066hidden\u2069", "\ufffdhidden\ufffd"),
        ("<script>", "<script>"),
        ("草莓 ok", "草莓 ok"),
    ],
)
def test_controls_and_direction_marks_are_shown_as_what_they_are_not_obeyed(hostile, shown):
    assert plain(hostile) == shown


@given(st.text(max_size=400))
def test_plain_text_is_short_and_printable_and_stays_as_it_is(text):
    shown = plain(text)

    assert len(shown) <= LONGEST
    assert all(
        character.isprintable() or character in "\u200c\u200d" or character == " " for character in shown
    )
    assert plain(shown) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "http://a.example/",
        "//a.example",
        "https://",
        "https://trusted.example@evil.example/",
        "https://a.example/\x00",
        "https://[bad",
        "ni:///sha-256;x",
    ],
)
def test_only_a_plain_https_address_becomes_a_link(url):
    assert https_link(url) is None


def test_an_https_address_becomes_a_link():
    assert https_link("https://lab.example/report?a=1") == "https://lab.example/report?a=1"
