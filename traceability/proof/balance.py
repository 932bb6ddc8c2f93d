"""Whether any lot of a history gave away more than it had (docs/balance.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from traceability.proof.accounts import ZERO, Account, OverDrawn
from traceability.proof.books import Books
from traceability.proof.quantity import exact
from traceability.proof.records import Record, standing


class Outcome(Enum):
    BALANCED = "balanced"
    OVER_DRAWN = "over-drawn"
    UNKNOWN = "unknown"
    """Some amount is not recorded, or stands in a unit that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Total:
    """Of all lots that are counted in one unit. What was harvested is the sum of the other four."""

    unit: str
    """UNECE Rec 20 code."""
    harvested: Fraction
    claimed: Fraction
    """Labelled, packed or shipped."""
    gone: Fraction
    """Sold, sampled or destroyed."""
    lost: Fraction
    """Went into a transformation and did not come out."""
    left: Fraction


@dataclass(frozen=True, slots=True)
class Balance:
    totals: tuple[Total, ...]
    over_drawn: tuple[OverDrawn, ...]
    unknown: tuple[str, ...]
    """The lots (Digital Links) of which it cannot be said."""

    @property
    def outcome(self) -> Outcome:
        if self.over_drawn:
            return Outcome.OVER_DRAWN
        return Outcome.UNKNOWN if self.unknown or not self.totals else Outcome.BALANCED


def balance(records: Sequence[Record], subject: str | None = None) -> Balance:
    """Of all that `records` show. Those that were declared wrong do not count, nor do declarations.

    A lot that lies beside these goods and came into being nowhere is not judged; `subject` always is.
    """
    books = books_of(records)
    accounts = tuple(books.accounts.values())
    over = [each for account in accounts for each in account.over.values()]
    turnings = tuple(books.turnings.values())
    over += [grown for turning in turnings if (grown := turning.grown()) is not None]
    unknown = [*_unknown(accounts, subject)]
    unknown += [lot for turning in turnings if not turning.is_comparable for lot in turning.made]
    return Balance(tuple(_totals(accounts)), tuple(over), tuple(dict.fromkeys(unknown)))


def books_of(records: Sequence[Record]) -> Books:
    """Of the same."""
    return Books(sorted(standing(records), key=lambda each: (each.event.event_time, each.key)))


def _unknown(accounts: Sequence[Account], subject: str | None) -> Iterator[str]:
    supplied = {account.lot for account in accounts if account.sources}
    for account in accounts:
        is_ours = account.lot in supplied or account.lot == subject or account.used
        if is_ours and (not account.sources or account.unmeasured or not account.is_bounded):
            yield account.lot


def _totals(accounts: Sequence[Account]) -> Iterator[Total]:
    for unit in sorted({account.unit for account in accounts if account.sources}):
        of_unit = [account for account in accounts if account.unit == unit and account.sources]
        yield Total(
            unit,
            harvested=sum((each.harvested for each in of_unit), ZERO),
            claimed=sum((each.claimed for each in of_unit), ZERO),
            gone=sum((each.gone for each in of_unit), ZERO),
            lost=sum((each.used - each.made for each in of_unit), ZERO),
            left=sum((each.left for each in of_unit), ZERO),
        )


def balance_json(found: Balance) -> dict[str, Any]:
    """Amounts are texts with all their decimals."""
    return {
        "is": found.outcome.value,
        "totals": [_plain(asdict(total)) for total in found.totals],
        "over_drawn": [_plain(asdict(over)) for over in found.over_drawn],
        "unknown": list(found.unknown),
    }


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: object) -> object:
    match value:
        case Fraction():
            return exact(value)
        case Enum():
            return value.value
        case tuple():
            return list(value)
    return value
