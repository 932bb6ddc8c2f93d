"""The dictionary's linters for dates and times of day."""

from calendar import isleap

from traceability.errors import InvalidInput

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def yymmd0(digits: str) -> None:
    """A date whose day may be 00: the whole month (General Specifications 3.4)."""
    # The century only matters for 29 February, and until 2050 a year 00 can only be 2000.
    _check_date(2000 + int(digits[:2]), digits[2:4], digits[4:], first_day=0)


def yymmdd(digits: str) -> None:
    _check_date(2000 + int(digits[:2]), digits[2:4], digits[4:], first_day=1)


def yyyymmdd(digits: str) -> None:
    _check_date(int(digits[:4]), digits[4:6], digits[6:], first_day=1)


def hh(digits: str) -> None:
    _check_at_most(digits, 23, "hour")


def mi(digits: str) -> None:
    _check_at_most(digits, 59, "minute")


def ss(digits: str) -> None:
    _check_at_most(digits, 59, "second")


def hhmi(digits: str) -> None:
    hh(digits[:2])
    mi(digits[2:])


def _check_date(year: int, month: str, day: str, first_day: int) -> None:
    if not 1 <= int(month) <= 12:
        raise InvalidInput(f"month is {month}, want 01 to 12")
    last_day = 29 if month == "02" and isleap(year) else _DAYS[int(month) - 1]
    if not first_day <= int(day) <= last_day:
        raise InvalidInput(f"day is {day}, want {first_day:02} to {last_day} in month {month}")


def _check_at_most(digits: str, most: int, what: str) -> None:
    if int(digits) > most:
        raise InvalidInput(f"{what} is {digits}, want at most {most}")
