"""What a person writes on the command line, read: times, days, whole numbers and amounts."""

import argparse
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from traceability.gs1.quoting import quoted

MOST_DIGITS = 18


def moment(text: str) -> int:
    """In ms since 1970."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} is no time: want e.g. 2026-11-22T14:30:00+08:00"
        ) from error
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} has no time zone: want e.g. 2026-11-22T14:30:00+08:00"
        )
    return round(at.timestamp() * 1000)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is no day: want e.g. 2026-11-22") from error


def whole(first: int, last: int | None = None) -> Callable[[str], int]:
    """A reader of whole numbers from `first` on, up to `last` if that is given."""
    wanted = f"from {first} on" if last is None else f"from {first} to {last}"

    def read(text: str) -> int:
        number = int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else -1
        if number < first or (last is not None and number > last):
            raise argparse.ArgumentTypeError(f"{quoted(text)} is no whole number {wanted}")
        return number

    return read


def amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is no amount: want e.g. 0.5") from error
