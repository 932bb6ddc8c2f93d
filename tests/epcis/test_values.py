"""Times and numbers are written as the event hash wants them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.epcis.values import (
    CurrentValues,
    LegacyValues,
    legacy_number_text,
    legacy_time_text,
    number_text,
    read_time,
    time_text,
)
from traceability.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-15T14:00:00+02:00", "2026-08-15T12:00:00.000Z"),
        ("2026-08-15t14:00:00.1z", "2026-08-15T14:00:00.100Z"),
        ("2026-08-15T14:00:00.1235Z", "2026-08-15T14:00:00.124Z"),
        ("2026-08-15T14:00:00.12349999Z", "2026-08-15T14:00:00.123Z"),
        ("2026-12-31T23:59:59.9995Z", "2027-01-01T00:00:00.000Z"),
        ("no time", "no time"),
        ("2026-08-15T14:00:60Z", "2026-08-15T14:00:60Z"),
    ],
)
def test_times_are_utc_with_three_decimals_half_up(text, expected):
    assert time_text(text) == expected


def test_release_1_9_3_rounds_half_to_even_and_drops_what_carries():
    assert legacy_time_text("2026-08-15T14:00:00.0005+02:00") == "2026-08-15T12:00:00.000Z"
    assert legacy_time_text("2026-08-15T14:00:00.0015Z") == "2026-08-15T14:00:00.002Z"
    with pytest.raises(InvalidInput, match="drops"):
        legacy_time_text("2026-08-15T14:00:00.9995Z")


def test_a_time_without_zone_is_refused():
    with pytest.raises(InvalidInput, match="no time zone"):
        read_time("2026-08-15T14:00:00")


@pytest.mark.parametrize(
    ("text", "current", "legacy"),
    [
        ("007", "7", "7"),
        ("+5.50", "5.5", "5.5"),
        ("-0", "-0", "0"),
        ("1e-05", "0.00001", "1e-05"),
        ("1E3", "1E+3", "1000"),
        ("12345678901234567890", "12345678901234567890", "12345678901234567168"),
        ("１２", "12", "12"),
        ("1_000", "1000", "1000"),
        ("NaN", "NaN", "NaN"),
        ("12 kg", "12 kg", "12 kg"),
    ],
)
def test_what_reads_as_a_number_is_written_as_one(text, current, legacy):
    assert number_text(text) == current
    assert legacy_number_text(text) == legacy


def test_release_1_9_3_drops_an_event_with_infinity_in_it():
    assert number_text("Infinity") == "Infinity"
    with pytest.raises(InvalidInput, match="infinite"):
        legacy_number_text("1e999")


@given(st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15))
def test_a_number_and_its_text_are_written_alike(number):
    values = CurrentValues({})

    assert values.text(number) == values.text(str(number))


@pytest.mark.parametrize(
    ("value", "current", "legacy"),
    [
        (True, "true", "True"),
        ("  x ", "x", "x"),
        ("gs1:Mass", "https://ref.gs1.org/voc/Mass", "gs1:Mass"),
        ("farm:x", "farm:x", "https://ns.example.org/farm/x"),
        (
            "urn:epcglobal:cbv:disp:active",
            "https://ref.gs1.org/cbv/Disp-active",
            "https://ref.gs1.org/cbv/Disp-active",
        ),
        (
            "urn:epc:id:sgtin:4012345.011111.a!",
            "https://id.gs1.org/01/04012345111118/21/a!",
            "https://id.gs1.org/01/04012345111118/21/a%21",
        ),
    ],
)
def test_other_values_are_written_as_each_version_wants(value, current, legacy):
    farm = {"farm": "https://ns.example.org/farm/"}

    assert CurrentValues(farm | {"gs1": "https://ref.gs1.org/voc/"}).text(value) == current
    assert LegacyValues(farm).text(value) == legacy
