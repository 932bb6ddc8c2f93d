"""What `guoji verify` and `guoji balance` say of amounts: how much was harvested and where it went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from traceability.errors import InvalidInput
from traceability.proof.accounts import Draw, OverDrawn
from traceability.proof.balance import Balance, Outcome, Total, balance, balance_json
from traceability.proof.quantity import PIECE, written
from traceability.proof.records import Proven
from traceability.proof.verdict import Verified
from traceability.proof.verify_trace import TraceReport

_UNITS = {"KGM": "kg", "LTR": "l", PIECE: "pieces"}
_DRAWN = {
    Draw.USED: "used, sold, sampled or destroyed",
    Draw.HELD: "labelled or packed",
    Draw.SHIPPED: "shipped from one place",
    Draw.RECEIVED: "received at one place",
    Draw.MADE: "came out of it, with what is stated as lost",
}


@dataclass(frozen=True, slots=True)
class Balanced:
    """The balance of the proven events of a trace."""

    found: Balance | None
    why_not: str
    numbers: Mapping[str, int]
    """Of the events in the list above, by key."""

    @classmethod
    def of(cls, trace: TraceReport) -> "Balanced":
        """Batches of readings move no goods. Without any other event it would be another trace's."""
        goods = [each for each in trace.events if each.proof.leaves is None]
        unproven = sum(not isinstance(each.report.verdict, Verified) for each in goods)
        if unproven or not goods:
            return cls(None, f"{unproven} of {len(goods)} events about goods are not verified", {})
        try:
            records = [Proven.of(each.proof) for each in goods]
            numbers = {Proven.of(each.proof).key: n for n, each in enumerate(trace.events, start=1)}
            return cls(balance(records, trace.subject), "", numbers)
        except InvalidInput as error:
            return cls(None, str(error), {})

    def lines(self) -> Iterator[str]:
        if self.found is None:
            yield f"Balance: not told: {self.why_not}"
        else:
            yield from balance_lines(self.found, "as far as this file shows", self.numbers)

    def as_json(self) -> dict[str, Any]:
        return {"is": "not-told", "why": self.why_not} if self.found is None else balance_json(self.found)


def balance_lines(found: Balance, scope: str, numbers: Mapping[str, int]) -> Iterator[str]:
    """`numbers` are what events are called in the list above; others are called by their keys."""
    for total in found.totals if found.outcome is Outcome.BALANCED else ():
        yield f"Balance, {scope}: {_total(total)}"
    for over in found.over_drawn:
        yield f"Over-drawn: {_over(over, numbers)}"
    for lot in found.unknown:
        yield f"Cannot be balanced: {lot}: not every amount is recorded, in a unit that compares"
    if not found.totals and not found.unknown:
        yield f"Balance, {scope}: no amounts are recorded"


def _total(total: Total) -> str:
    parts = [
        (total.harvested, "harvested"),
        (total.claimed, "labelled, packed or shipped"),
        (total.gone, "sold, sampled or destroyed"),
        (total.lost, "lost in processing"),
        (total.left, "left"),
    ]
    unit = _UNITS.get(total.unit, total.unit)
    return ", ".join(f"{written(amount)} {unit} {what}" for amount, what in parts if amount or what == "left")


def _over(over: OverDrawn, numbers: Mapping[str, int]) -> str:
    unit = _UNITS.get(over.unit, over.unit)
    events = ", ".join(str(numbers.get(key, key)) for key in over.events)
    had = f"{written(over.had)} {unit} were there"
    return f"{over.lot}: {had}, {written(over.drew)} {unit} {_DRAWN[over.draw]} (events {events})"
