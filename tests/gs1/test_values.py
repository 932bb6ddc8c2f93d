"""Values against the formats and linters of the dictionary."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.gs1.ai_table import IDENTIFIERS
from traceability.gs1.linters import LINTERS
from traceability.gs1.values import check_value

VECTORS = Path(__file__).parent.parent / "vectors" / "gs1"


def test_every_linter_agrees_with_the_tests_of_the_reference_linter():
    disagreements = []
    for line in (VECTORS / "linters.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        try:
            LINTERS[case["linter"]](case["value"])
            valid = True
        except InvalidInput:
            valid = False
        if valid is not case["valid"]:
            disagreements.append(case)

    assert disagreements == []


@pytest.mark.parametrize(
    ("ai", "value"),
    [
        ("10", "L26-031"),
        ("17", "260400"),
        ("11", "240229"),
        ("253", "9520000000110"),
        ("253", "9520000000110DOC1"),
        ("422", "554"),
        ("423", "156554"),
        ("7007", "260301"),
        ("7007", "260301260302"),
        ("7030", "999ANY"),
        ("8003", "09520000000318CRATE7"),
        ("8008", "26030112"),
        ("8008", "260301123059"),
        ("8010", "9520001#A/1"),
        ("8030", "MEUCIQDx"),
        ("4331", "000250-"),
    ],
)
def test_a_sound_value_passes(ai, value):
    check_value(IDENTIFIERS[ai], value)


@pytest.mark.parametrize(
    ("ai", "value", "reason"),
    [
        ("10", "", "is empty"),
        ("10", "x" * 21, "has 21 characters, want 1 to 20"),
        ("10", "A B", "has ' ' as character 2, want a character of CSET 82"),
        ("10", "A\x00", r"has '\\x00' as character 2"),
        ("10", "果", "as character 1"),
        ("01", "0952000004242", "has 13 characters, want 14"),
        ("01", "0952000004242٤", "as character 14, want a digit"),
        ("01", "09520000042425", "check digit is 5, want 4"),
        ("17", "261301", "month is 13"),
        ("17", "260432", "day is 32, want 00 to 30"),
        ("11", "230229", "day is 29, want 00 to 28"),
        ("7006", "260300", "day is 00, want 01 to 31"),
        ("7007", "26030126030", "ends inside a component"),
        ("7007", "260301260300", "day is 00"),
        ("8008", "26030124", "hour is 24"),
        ("422", "999", "999 is not a country"),
        ("3912", "0011000", "001 is not a currency"),
        ("8006", "095200001234510302", "piece 3 of 2"),
        ("8006", "095200001234510002", "piece 0 of 2"),
        ("8004", "95A1BIN", "'95A1' stands where a company prefix starts"),
        ("8007", "GB82west12345698765432", "IBAN wants"),
        ("8007", "GB82WEST12345698765433", "IBAN check digits 82"),
        ("8011", "07", "starts with 0"),
        ("8013", "1987654Ad4X4bL5ttr2310c2L", "check characters are 2L, want 2K"),
        ("7040", "1AB!", "is not an importer index"),
        ("4300", "100%25%2", "a % inside"),
        ("8030", "MEUC!", "a character of base64url"),
    ],
)
def test_an_unsound_value_is_refused_with_what_was_wanted(ai, value, reason):
    with pytest.raises(InvalidInput, match=reason):
        check_value(IDENTIFIERS[ai], value)


def test_a_format_that_the_table_should_not_hold_stops_us():
    with pytest.raises(ValueError, match="'Q9', want a component"):
        check_value(replace(IDENTIFIERS["10"], format="Q9"), "A")


@given(st.sampled_from(sorted(IDENTIFIERS)), st.text() | st.text("0123456789A/=-%", max_size=95))
def test_any_text_is_passed_or_refused_and_nothing_else(ai, value):
    with contextlib.suppress(InvalidInput):
        check_value(IDENTIFIERS[ai], value)
