"""A schedule is due in exactly the seconds that fit its fields."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.errors import BadSubscription
from traceability.ledger.schedule import RANGES, read_schedule

START = datetime(2026, 11, 22, 14, 30, 15, 500_000, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"hour": "1", "minute": "5"}, "2026-11-23T01:05:00"),
        ({"minute": "5"}, "2026-11-22T15:05:00"),
        ({"second": "0/30"}, "2026-11-22T14:30:30"),
        ({"second": "15"}, "2026-11-22T14:31:15"),
        ({"second": "16"}, "2026-11-22T14:30:16"),
        ({"hour": "[6-8],20"}, "2026-11-22T20:00:00"),
        ({"dayOfWeek": "1"}, "2026-11-23T00:00:00"),
        ({"dayOfWeek": "7"}, "2026-11-29T00:00:00"),
        ({"dayOfWeek": "7", "minute": "31"}, "2026-11-22T14:31:00"),
        ({"month": "1"}, "2027-01-01T00:00:00"),
        ({"dayOfMonth": "31"}, "2026-12-31T00:00:00"),
        ({"month": "2", "dayOfMonth": "29"}, "2028-02-29T00:00:00"),
        ({"month": "2", "dayOfMonth": "29", "dayOfWeek": "6"}, "2048-02-29T00:00:00"),
    ],
    ids=str,
)
def test_it_is_next_due_when_its_fields_say(fields, due):
    assert read_schedule(fields).after(START) == datetime.fromisoformat(due).replace(tzinfo=UTC)


SOME = {name: st.integers(low, high) for name, (low, high) in RANGES.items()}


@settings(max_examples=60)
@given(
    fields=st.fixed_dictionaries({"minute": SOME["minute"]}, optional={"second": SOME["second"]}),
    ahead_s=st.integers(0, 9_000),
)
def test_no_second_that_fits_is_passed_over(fields, ahead_s):
    """Beside a twin that looks at each second."""
    moment = START + timedelta(seconds=ahead_s)
    second = fields.get("second", 0)
    each = moment.replace(microsecond=0)
    while each <= moment or (each.minute, each.second) != (fields["minute"], second):
        each += timedelta(seconds=1)

    assert read_schedule({name: str(value) for name, value in fields.items()}).after(moment) == each


@pytest.mark.parametrize(
    "fields",
    [
        {}, [], None, "0 0 * * *", {"year": "2026"}, {"second": 5}, {"second": ""}, {"second": "60"},
        {"second": "-1"}, {"second": "1-5"}, {"second": "[5-1]"}, {"second": "[1-60]"}, {"second": "*"},
        {"second": "0/0"}, {"second": "1,"}, {"second": "٣"}, {"second": "1," * 100 + "1"}, {"hour": "24"},
        {"dayOfMonth": "0"}, {"month": "13"}, {"dayOfWeek": "8"}, {"minute": None},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_schedule_is_refused(fields):
    with pytest.raises(BadSubscription, match="want"):
        read_schedule(fields)


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(BadSubscription, match="on no day of any year"):
        read_schedule({"month": "2", "dayOfMonth": "30"})
