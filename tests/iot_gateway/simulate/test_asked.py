"""Faults and times are asked for in a few words, and a wrong word is answered with the right ones."""

import pytest

from iot_gateway.simulate.asked import parse_fault, parse_time_ms
from iot_gateway.simulate.faults import FAULTS, Asked
from traceability.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("gap=0.01", Asked("gap", 0.01, 1)),
        ("gap=1%x3", Asked("gap", 0.01, 3)),
        ("silence=.5x20m@sim-0001", Asked("silence", 0.5, 1_200_000, "sim-0001")),
        ("stuck=1", Asked("stuck", 1, 25_200_000)),
        ("drift=-50ppm", Asked("drift", -50)),
        ("offset=-1.5h@a", Asked("offset", -5_400_000, None, "a")),
        ("conflict=0.02", Asked("conflict", 0.02)),
    ],
)
def test_a_fault_is_a_name_an_amount_and_where_wanted_a_size_and_a_device(text, asked):
    assert parse_fault(text) == asked


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("gap", "is not like NAME=AMOUNT"),
        ("gap=", "is not like NAME=AMOUNT"),
        ("", "is not like NAME=AMOUNT"),
        ("gaps=0.1", f"no fault is named 'gaps'; there are {', '.join(FAULTS)}"),
        ("gap=0", "gap is '0', want 0.01 or 1%"),
        ("gap=1.5", "gap is '1.5', want 0.01 or 1%"),
        ("gap=101%", "gap is '101%', want 0.01 or 1%"),
        ("gap=often", "gap is 'often', want 0.01 or 1%"),
        ("gap=0.1x0", "size of gap is '0', want a whole number"),
        ("gap=0.1x2m", "size of gap is '2m', want a whole number"),
        ("silence=0.1x5", "size of silence is '5', want 250ms, 30s"),
        ("reboot=0.1x5", "reboot has no size"),
        ("drift=50", "drift is '50', want 50ppm"),
        ("offset=1%", "offset is '1%', want 250ms, 30s"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(text, reason):
    with pytest.raises(InvalidInput) as refusal:
        parse_fault(text)

    assert reason in str(refusal.value)


def test_a_time_has_a_unit_and_is_more_than_nothing():
    assert parse_time_ms("1.5m", "every") == 90_000
    for text in ("0s", "-5s", "5"):
        with pytest.raises(InvalidInput, match=f"every is '{text}'"):
            parse_time_ms(text, "every")
