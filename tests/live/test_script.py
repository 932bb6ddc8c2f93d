"""A script says what is said, and of which offer."""

import pytest

from traceability.errors import InvalidInput
from traceability.live.line import Line
from traceability.live.script import LONGEST_SCRIPT, lines_of_script


def test_a_line_with_a_code_turns_to_an_offer():
    script = "大家好\n\n@ APPLE1\n 今早刚摘的。产地洛川 \r\n@BARE01\n烟台的\n"

    assert [(each.text, each.offer) for each in lines_of_script(script)] == [
        ("大家好", None),
        ("今早刚摘的。产地洛川", "APPLE1"),
        ("烟台的", "BARE01"),
    ]


def test_lines_have_names_of_their_own():
    assert list(lines_of_script("一\n\n一")) == [Line("一", id="script-1"), Line("一", id="script-3")]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("一\n@ 红 富士", "line 2 is '@ 红 富士'"),
        ("一" * (LONGEST_SCRIPT + 1), "200001 characters"),
        ("@", "line 1"),
    ],
)
def test_a_script_that_cannot_be_read_says_where(script, says):
    with pytest.raises(InvalidInput, match=says):
        list(lines_of_script(script))
