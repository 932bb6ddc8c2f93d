"""What was picked on each plot, and how large its party says that it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from traceability.proof.quantity import KILOGRAM, PIECE, Quantity, area, exact, net_content, quantities
from traceability.proof.records import Record, standing


@dataclass(frozen=True, slots=True)
class Picking:
    """Some of a lot, as its party says that it harvested it on a plot."""

    key: str
    """Of the event."""
    at: datetime
    party: str
    """GLN."""
    plot: str
    """Canonical Digital Link, as the lot's."""
    lot: str
    kilograms: Fraction
    hectares: Fraction | None
    """Of the plot, as the event states it."""


@dataclass(frozen=True, slots=True)
class Plot:
    """All that some records say of one."""

    plot: str
    party: str
    kilograms: Fraction
    hectares: Fraction
    """The smallest that was stated: nobody makes a plot larger by saying so once more."""
    events: tuple[str, ...]


def pickings(records: Sequence[Record]) -> list[Picking]:
    """By time, those whose weight is known. What was declared wrong does not count."""
    found = (picking for each in standing(records) if each.event.is_harvest for picking in _picked(each))
    return sorted(found, key=lambda each: (each.at, each.key))


def _picked(record: Record) -> Iterator[Picking]:
    body = record.event.body
    plot = record.event.read_point
    for quantity in quantities(body, "quantityList") if plot else ():
        weight = _weight(quantity, net_content(body))
        if plot and weight is not None:
            at, lot = record.event.event_time, quantity.lot
            yield Picking(record.key, at, record.submitter, plot, lot, weight, area(body))


def _weight(quantity: Quantity, of_a_piece: tuple[Fraction, str] | None) -> Fraction | None:
    """In kilograms."""
    amount, unit = quantity.amount, quantity.unit
    if unit == PIECE and amount is not None and of_a_piece is not None:
        amount, unit = amount * of_a_piece[0], of_a_piece[1]
    return amount if unit == KILOGRAM else None


def plots(records: Sequence[Record]) -> list[Plot]:
    """Those whose area is stated, by their names."""
    groups: dict[tuple[str, str], list[Picking]] = {}
    for each in pickings(records):
        groups.setdefault((each.plot, each.party), []).append(each)
    found = []
    for (plot, party), picked in sorted(groups.items()):
        stated = [each.hectares for each in picked if each.hectares is not None]
        if stated:
            weight = sum((each.kilograms for each in picked), Fraction(0))
            events = tuple(dict.fromkeys(each.key for each in picked))
            found.append(Plot(plot, party, weight, min(stated), events))
    return found


def plots_json(found: Sequence[Plot]) -> list[dict[str, Any]]:
    """Amounts are texts with all their decimals."""
    return [
        {
            "plot": each.plot,
            "party": each.party,
            "kilograms": exact(each.kilograms),
            "hectares": exact(each.hectares),
            "events": list(each.events),
        }
        for each in found
    ]
