"""What lies in items and logistic units along a history, in the units in which it was recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from traceability.epcis.event import canonical
from traceability.proof.contents import Contents, Load
from traceability.proof.quantity import PIECE, master_data, measure, names


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount of a lot as it was recorded: nothing is converted."""

    lot: str
    """Canonical Digital Link; "" where nobody said what it is."""
    amount: Fraction | None
    unit: str
    """UNECE Rec 20 code; "" where the amount is not known."""


NOTHING = Stated("", None, "")


def stated(body: Mapping[str, Any], field: str) -> Iterator[Stated]:
    """The quantity elements of one field of an event."""
    for element in body.get(field) or []:
        amount, _ = measure(element.get("quantity"), "")
        unit = "" if amount is None else element.get("uom", PIECE)
        yield Stated(canonical(element["epcClass"]), amount, unit)


class Loads:
    """Changed event by event, by time."""

    def __init__(self) -> None:
        self._contents = Contents()

    def label(self, body: Mapping[str, Any]) -> None:
        """Each new item is a piece of the lot that its label names."""
        lot = master_data(body).get("guoji:lot")
        if isinstance(lot, str):
            for item in names(body, "epcList"):
                self._contents.put(item, (canonical(lot), PIECE), Fraction(1))

    def pack(self, body: Mapping[str, Any]) -> None:
        for parent in names(body, "parentID"):
            for unit in names(body, "childEPCs"):
                self._contents.nest(parent, unit)
            for each in stated(body, "childQuantityList"):
                # One of no unit stands for an amount that nobody knows.
                amount = Fraction(1) if each.amount is None else each.amount
                self._contents.put(parent, (each.lot, each.unit), amount)

    def unpack(self, body: Mapping[str, Any]) -> None:
        units, amounts = names(body, "childEPCs"), list(stated(body, "childQuantityList"))
        for parent in names(body, "parentID"):
            for unit in units if units or amounts else self._contents.nested(parent):
                self._contents.part(unit)
            for each in amounts:
                self._contents.take(parent, each.lot, each.amount)
            if not units and not amounts:
                self._contents.take(parent)

    def held(self, units: Sequence[str]) -> list[Stated]:
        """The lots in `units`; a unit of which nothing is known holds goods that nobody named."""
        # Asked at once for the amounts, since one unit may lie in another that is named too.
        known = [
            Stated(lot, amount if unit else None, unit) for (lot, unit), amount in self._load(units).items()
        ]
        return known if self._names_all(units) else [*known, NOTHING]

    def _names_all(self, units: Sequence[str]) -> bool:
        """Whether it is known of each unit, down to the innermost, what it holds."""
        seen: set[str] = set()
        waiting = list(units)
        while waiting:
            unit = waiting.pop()
            inside = self._contents.nested(unit)
            if not inside and not self._load([unit]):
                return False
            seen.add(unit)
            waiting += [each for each in inside if each not in seen]
        return True

    def _load(self, units: Sequence[str]) -> Load:
        """What was taken out left a zero behind."""
        return {goods: amount for goods, amount in self._contents.load(units).items() if amount}
