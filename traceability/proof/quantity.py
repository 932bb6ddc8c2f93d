"""What events say of amounts, as exact numbers: no float, no rounding, no unit mixed with another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from functools import lru_cache
from typing import Any

from traceability.epcis.event import canonical

KILOGRAM, PIECE, HECTARE = "KGM", "H87", "HAR"
_LARGEST = 10**12
_ONE = Fraction(1)
_EXACT = Context(prec=800, traps=[Inexact])
"""Wide enough for a sum of the largest amount and the smallest number that JSON can hold."""

UNITS: Mapping[str, tuple[str, Fraction]] = {
    KILOGRAM: (KILOGRAM, Fraction(1)),
    "GRM": (KILOGRAM, Fraction("0.001")),
    "TNE": (KILOGRAM, Fraction(1000)),
    "LBR": (KILOGRAM, Fraction("0.45359237")),
    "ONZ": (KILOGRAM, Fraction("0.028349523125")),
    "LTR": ("LTR", Fraction(1)),
    "MLT": ("LTR", Fraction("0.001")),
    PIECE: (PIECE, Fraction(1)),
    "EA": (PIECE, Fraction(1)),
    "C62": (PIECE, Fraction(1)),
    "DZN": (PIECE, Fraction(12)),
    HECTARE: (HECTARE, Fraction(1)),
    "MTK": (HECTARE, Fraction("0.0001")),
}
"""Rec 20 code: what it is counted in, and how many of that. Another code compares with itself alone."""


@dataclass(frozen=True, slots=True)
class Quantity:
    lot: str
    """Canonical Digital Link."""
    amount: Fraction | None
    """None where the event does not say how much, or nothing that can be."""
    unit: str
    """What `amount` is counted in: KGM, LTR, H87 or a code that is not in `UNITS`."""


def quantities(body: Mapping[str, Any], field: str) -> Iterator[Quantity]:
    """The quantity elements of one field of an event."""
    elements = body.get(field)
    for element in elements if isinstance(elements, list) else ():
        if isinstance(element, Mapping) and isinstance(named := element.get("epcClass"), str):
            amount, unit = measure(element.get("quantity"), element.get("uom", PIECE))
            yield Quantity(canonical(named), amount, unit)


def measure(value: object, code: object) -> tuple[Fraction | None, str]:
    """An amount in its base unit. A number is read as JSON writes it: 0.1 is a tenth."""
    unit, factor = UNITS.get(str(code), (str(code), _ONE))
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        return None, unit
    amount = _as_written(value)
    return (amount if factor == 1 else amount * factor), unit


# Reading a number takes longer than reckoning with it, and goods go through many events with the same one.
@lru_cache(4096)
def _as_written(number: float) -> Fraction:
    return Fraction(str(number))


def written(amount: Fraction) -> str:
    """In plain digits, with three decimals at most, the last one rounded."""
    thousandths = round(amount * 1000)
    whole, rest = divmod(abs(thousandths), 1000)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole:,}.{rest:03}".rstrip("0").rstrip(".")


def is_measured(body: Mapping[str, Any]) -> bool:
    """Whether a transformation says how much went in and came out."""
    amounts = [*quantities(body, "inputQuantityList"), *quantities(body, "outputQuantityList")]
    return all(each.amount is not None for each in amounts) and not (
        names(body, "outputEPCList") and net_content(body) is None
    )


def exact(amount: Fraction) -> str:
    """All its decimals: every amount in an event is a decimal number, and so are their sums."""
    return f"{_EXACT.divide(Decimal(amount.numerator), Decimal(amount.denominator)):f}"


def stated_losses(body: Mapping[str, Any]) -> Iterator[tuple[str, Fraction]]:
    """What a transformation says was culled, and lost by itself: unit and amount."""
    stated = body.get("guoji:massBalance")
    if isinstance(stated, Mapping):
        for name in ("guoji:culled", "guoji:shrinkage"):
            amount, unit = measure(stated.get(name), stated.get("guoji:uom"))
            yield unit, amount or Fraction(0)


def net_content(body: Mapping[str, Any]) -> tuple[Fraction, str] | None:
    """What one piece holds, where goods came into being."""
    return stated(master_data(body).get("guoji:netContent"))


def area(body: Mapping[str, Any]) -> Fraction | None:
    """How large the place is where it happened, in hectares."""
    place = body.get("readPoint")
    match stated(place.get("guoji:area") if isinstance(place, Mapping) else None):
        case (amount, "HAR"):
            return amount
    return None


def stated(value: object) -> tuple[Fraction, str] | None:
    """What `guoji:value` and `guoji:uom` say; None for nothing, and for what cannot be."""
    if not value or not isinstance(value, Mapping):
        return None
    amount, unit = measure(value.get("guoji:value"), value.get("guoji:uom"))
    return (amount, unit) if amount else None


def master_data(body: Mapping[str, Any]) -> Mapping[str, Any]:
    stated = body.get("ilmd")
    return stated if stated and isinstance(stated, Mapping) else {}


def names(body: Mapping[str, Any], name: str) -> list[str]:
    """The canonical identifiers in a field that holds one or a list of them."""
    value = body.get(name)
    return [
        canonical(each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)
    ]
