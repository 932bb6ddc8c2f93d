"""JSON from outside is read strictly."""

import time

import pytest

from traceability.epcis.parse import parse_json
from traceability.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b'{"a": 1, "a": 2}', "'a' twice"),
        (b'{"a": {"b": 1, "b": 1}}', "'b' twice"),
        (b'{"a": NaN}', "NaN is not"),
        (b"[-Infinity]", "Infinity is not"),
        (b"[1e999]", "too large"),
        (b"[9007199254740992]", "larger than 9007199254740991"),
        (b"[" + b"9" * 100_000 + b"]", "larger than"),
        (b"[" * 65 + b"]" * 65, "more than 64 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "more than 64 levels"),
        (b'["\\ud800"]', "surrogate"),
        (b'{"\\uD800": 1}', "surrogate"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"{", "line 1, column 2"),
        (b"{} {}", "not JSON"),
        (b"", "not JSON"),
    ],
)
def test_text_that_readers_could_understand_differently_is_refused(text, problem):
    with pytest.raises(InvalidInput, match=problem):
        parse_json(text)


def test_text_beyond_the_size_limit_is_refused_unread():
    with pytest.raises(InvalidInput, match="11 bytes, want at most 10"):
        parse_json(b"[" * 11, max_bytes=10)


def test_a_name_that_is_there_twice_is_found_in_one_pass():
    names = ",".join(f'"{number}":0' for number in [*range(20_000), 19_999])
    started_s = time.process_time()

    with pytest.raises(InvalidInput, match="'19999' twice"):
        parse_json(f"{{{names}}}".encode())

    # One pass takes a hundredth of a second; one pass a name took ten seconds.
    assert time.process_time() - started_s < 2


def test_what_json_allows_is_read():
    text = '{"a": [1, -9007199254740991, 0.5, null, true, "\\ud83c\\udf4e", "苹果"], "": {}}'

    assert parse_json(text.encode()) == {
        "a": [1, -9007199254740991, 0.5, None, True, "\U0001f34e", "苹果"],
        "": {},
    }


def test_64_levels_are_read():
    assert parse_json(b"[" * 64 + b"]" * 64)
