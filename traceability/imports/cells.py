"""What a cell says, read strictly by what its column holds: a value, or in words what is wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial

from traceability.epcis.personal import in_clear
from traceability.imports import key_cells
from traceability.imports.fault import Wrong
from traceability.imports.key_cells import DIGITS_OF_A_NUMBER, Lot, check_not_rounded, typed
from traceability.imports.kinds import plainly, words
from traceability.proof.quantity import PIECE
from traceability.sheets.cell import Cell

BEIJING = timezone(timedelta(hours=8))
LARGEST = 10**9
_LONGEST_NAME = 200

_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]*(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2})(?:\.(\d{1,6}))?秒?|分)? *(Z|[+-]\d{2}:?\d{2})?)?"
)
_AMOUNT = re.compile(r"-?[0-9]{1,10}(?:\.[0-9]{1,6})?")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,39}")
_PART = re.compile(r"[A-Za-z0-9-]{1,20}")
_REC20 = re.compile(r"[0-9A-Z]{2,3}")


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    """UNECE Rec 20."""
    factor: Fraction
    """How many of it one is."""
    is_packing: bool = False
    """Whether it is a piece that may hold any amount."""


Value = str | Decimal | datetime | Unit | Lot


def read(holds: str, cell: Cell, zone: timezone) -> Value:
    """The value of a cell that is not empty. Raises `Wrong`."""
    if cell.kind == "formula":
        raise Wrong(
            "a formula without its result; open the file in a spreadsheet program, save it, send it again"
        )
    if cell.kind == "error":
        raise Wrong("an error of the spreadsheet program; correct the formula")
    if holds == "time":
        return _time(typed(cell), zone)
    return READERS[holds](cell)


def _time(text: str, zone: timezone) -> datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise Wrong("want year, month, day and time of day, such as 2026-11-20 06:30")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    if hour is None:
        raise Wrong("want the time of day too, such as 2026-11-20 06:30")
    try:
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            int((fraction or "").ljust(3, "0")[:3]) * 1_000,
            zone if offset is None else _zone(offset),
        )
    except ValueError as error:
        raise Wrong("there is no such day or time") from error


def has_zone(cell: Cell) -> bool:
    found = _TIME.fullmatch(typed(cell))
    return found is not None and found[8] is not None


def _zone(offset: str) -> timezone:
    return datetime.strptime(offset, "%z").tzinfo  # type: ignore[return-value] # what %z reads has one


def _amount(cell: Cell, may_be_zero: bool = False) -> Decimal:
    text = typed(cell)
    if cell.kind == "number":
        text = _as_shown(text)
    if not _AMOUNT.fullmatch(text):
        raise Wrong("want a number such as 1234.5, without unit and commas, at most 6 decimals")
    amount = Decimal(text)
    if amount < 0 or amount > LARGEST or (amount == 0 and not may_be_zero):
        raise Wrong(
            "want a number from zero to {most}" if may_be_zero else "want more than zero, at most {most}",
            most=str(LARGEST),
        )
    return amount


def _as_shown(text: str) -> str:
    """A spreadsheet keeps 0.3 as 0.30000000000000004, and shows 15 digits."""
    try:
        return f"{+Decimal(f'{Decimal(text):.{DIGITS_OF_A_NUMBER}g}').normalize():f}"
    except InvalidOperation:
        return text


def _coded(wanted: re.Pattern[str], wants: str, cell: Cell) -> str:
    text = typed(cell)
    check_not_rounded(cell, text)
    if not wanted.fullmatch(text):
        raise Wrong(wants)
    return text


def _unit(cell: Cell) -> Unit:
    text = typed(cell)
    known = words().units.get(plainly(text))
    if known is not None:
        return Unit(*known)
    if plainly(text) in words().packings:
        return Unit(PIECE, Fraction(1), is_packing=True)
    if not _REC20.fullmatch(text):
        raise Wrong("want kg, g, t, 斤, L, 个, or a code of UNECE Rec 20 such as KGM")
    return Unit(text, Fraction(1))


def _choice(holds: str, cell: Cell) -> str:
    meaning = words().choices[holds].get(plainly(typed(cell)))
    if meaning is None:
        raise Wrong("want one of: {choices}", choices=", ".join(words().offered[holds]))
    return meaning


def _name(cell: Cell) -> str:
    text = typed(cell)
    if len(text) > _LONGEST_NAME or not text.isprintable():
        raise Wrong("want a name of at most {most} characters, in one line", most=str(_LONGEST_NAME))
    if in_clear("guoji:name", text) is not None:
        raise Wrong("no telephone or identity card numbers: what is recorded stays for ever")
    return text


READERS: Mapping[str, Callable[[Cell], Value]] = {
    "gtin": key_cells.gtin,
    "gln": key_cells.gln,
    "sscc": key_cells.sscc,
    "lot": key_cells.lot,
    "serial": key_cells.serial,
    "amount": _amount,
    "measure": partial(_amount, may_be_zero=True),
    "unit": _unit,
    "code": partial(_coded, _CODE, "want at most 40 letters, digits, - _ . or /"),
    "part": partial(_coded, _PART, "want at most 20 letters, digits or -"),
    "name": _name,
    **{holds: partial(_choice, holds) for holds in ("direction", "verdict", "fate")},
}
"""By what a column holds. Each raises `Wrong`."""
