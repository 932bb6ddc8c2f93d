"""What `guoji verify` and `guoji balance` say of amounts: how much was harvested and where it went."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traceability.errors import InvalidInput
from traceability.proof.accounts import Draw, OverDrawn
from traceability.proof.balance import Balance, Outcome, Total, balance, balance_json
from traceability.proof.custody import held_only
from traceability.proof.plots import Plot, plots, plots_json
from traceability.proof.quantity import HECTARE, KILOGRAM, PIECE, written
from traceability.proof.records import Proven
from traceability.proof.verdict import Verified
from traceability.proof.verify_trace import TraceReport

_UNITS = {KILOGRAM: "kg", "LTR": "l", PIECE: "pieces", HECTARE: "ha"}
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
    plots: Sequence[Plot] = ()

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
            held = held_only(records, trace.subject)
            return cls(balance(held, trace.subject), "", numbers, plots(held))
        except InvalidInput as error:
            return cls(None, str(error), {})

    def lines(self) -> Iterator[str]:
        if self.found is None:
            yield f"Balance: not told: {self.why_not}"
        else:
            yield from balance_lines(self.found, "as far as this file shows", self.numbers)
        for plot in self.plots:
            yield _plot(plot)

    def as_json(self) -> dict[str, Any]:
        if self.found is None:
            return {"is": "not-told", "why": self.why_not}
        return {**balance_json(self.found), "plots": plots_json(self.plots)}


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


def _plot(plot: Plot) -> str:
    """A bound is the reader's: other lots of the plot are not in this file, nor is what its crop bears."""
    weight, area, each = map(written, (plot.kilograms, plot.hectares, plot.kilograms / plot.hectares))
    picked = f"{weight} kg picked on {area} ha, {each} kg a hectare"
    return f"Plot {plot.plot}: {picked}, without the lots that this file does not hold"


def _over(over: OverDrawn, numbers: Mapping[str, int]) -> str:
    unit = _UNITS.get(over.unit, over.unit)
    events = ", ".join(str(numbers.get(key, key)) for key in over.events)
    had = f"{written(over.had)} {unit} were there"
    return f"{over.lot}: {had}, {written(over.drew)} {unit} {_DRAWN[over.draw]} (events {events})"
