"""A short code is read as people type it; what can be none is refused before anything is looked up."""

import pytest

from traceability.errors import Unknown
from traceability.live.short_code import draw, read


@pytest.mark.parametrize("typed", ["K7M0Q1", "k7m0q1", "K7MOQI", "k7moql", " K7M-0Q1 ", "Ｋ７Ｍ０Ｑ１"])
def test_a_code_is_read_in_any_case_and_width_and_with_what_people_take_for_digits(typed):
    assert read(typed) == "K7M0Q1"


@pytest.mark.parametrize("typed", ["", "K7M0Q", "K7M0Q11", "K7M0QU", "K7M/Q1", "../../", "K" * 30])
def test_what_can_be_no_code_is_refused(typed):
    with pytest.raises(Unknown, match="is no short code, want 6 digits and letters"):
        read(typed)


def test_a_drawn_code_is_read_as_itself():
    code = draw(lambda count: bytes(range(26, 26 + count)))

    assert read(code) == code == "TVWXYZ"
