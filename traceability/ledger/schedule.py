"""When a scheduled subscription is due: the six fields of a query schedule (EPCIS 2.0, 8.2.5.3)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from traceability.errors import BadSubscription

RANGES: Mapping[str, tuple[int, int]] = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
"""Of each field, in the order of `Schedule`; a week begins with Monday, 1."""
_COARSENESS = {"second": 0, "minute": 1, "hour": 2, "dayOfMonth": 3, "dayOfWeek": 3, "month": 4}
# A number, a range in brackets, and as the OpenAPI's own example has it, a start and a step.
_ELEMENT = re.compile(r"([0-9]{1,2})|\[([0-9]{1,2})-([0-9]{1,2})\]|([0-9]{1,2})/([0-9]{1,2})")
_LONGEST = 200
_LOOK_AHEAD_DAYS = 41 * 366
"""A 29 February on one day of the week: at most forty years from one to the next."""

_Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Due in each second (UTC) that fits all six."""

    fields: Mapping[str, str]
    """As they were sent."""
    seconds: _Numbers
    minutes: _Numbers
    hours: _Numbers
    days_of_month: _Numbers
    months: _Numbers
    days_of_week: _Numbers

    def after(self, moment: datetime) -> datetime | None:
        """The first moment after this one at which it is due; None if there is none in forty years."""
        for day in _days(moment.astimezone(UTC).date()):
            if self._fits(day):
                for hour, minute, second in product(self.hours, self.minutes, self.seconds):
                    due = datetime.combine(day, time(hour, minute, second, tzinfo=UTC))
                    if due > moment:
                        return due
        return None

    def _fits(self, day: date) -> bool:
        return (
            day.month in self.months
            and day.day in self.days_of_month
            and day.isoweekday() in self.days_of_week
        )


def read_schedule(fields: object) -> Schedule:
    """From the JSON object of a subscription. Raises `BadSubscription`.

    A field that is left out may have any value, unless all that are finer are left out too: then it has its
    lowest. So `{"hour": "1", "minute": "5"}` is 01:05:00 once a day, as the standard's own example says.
    """
    if not isinstance(fields, dict) or not fields or not set(fields) <= set(RANGES):
        raise BadSubscription(f"schedule is {fields!r:.200}, want some of {', '.join(RANGES)}")
    finest = min(_COARSENESS[name] for name in fields)
    numbers = [
        _numbers(name, fields[name])
        if name in fields
        else _left_out(name, is_finer=_COARSENESS[name] < finest)
        for name in RANGES
    ]
    schedule = Schedule(fields, *numbers)
    if schedule.after(datetime(2000, 1, 1, tzinfo=UTC)) is None:
        raise BadSubscription(f"schedule is {fields!r:.200}, which is on no day of any year")
    return schedule


def _left_out(name: str, is_finer: bool) -> _Numbers:
    low, high = RANGES[name]
    # The first of a month is on any day of the week.
    return (low,) if is_finer and name != "dayOfWeek" else tuple(range(low, high + 1))


def _numbers(name: str, text: object) -> _Numbers:
    low, high = RANGES[name]
    elements = text.split(",") if isinstance(text, str) and len(text) <= _LONGEST else []
    found: set[int] = set()
    for element in elements:
        numbers = _element(element, high)
        if not numbers or numbers[0] < low or numbers[-1] > high:
            break
        found.update(numbers)
    else:
        if found:
            return tuple(sorted(found))
    raise BadSubscription(
        f"{name} of the schedule is {text!r:.80}, want numbers from {low} to {high} such as "
        f'"{low},[{low}-{high}]"'
    )


def _element(text: str, high: int) -> range:
    """Empty for what is none."""
    found = _ELEMENT.fullmatch(text)
    if found is None:
        return range(0)
    number, first, last, start, step = (None if part is None else int(part) for part in found.groups())
    if number is not None:
        return range(number, number + 1)
    if first is not None and last is not None:
        return range(first, last + 1)
    return range(start or 0, high + 1, step) if step else range(0)


def _days(first: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(_LOOK_AHEAD_DAYS))
