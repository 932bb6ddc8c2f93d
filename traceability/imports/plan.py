"""What a sheet would become: its events and what they add up to, or everything that is wrong with it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from fractions import Fraction

import orjson

from traceability.epcis.document import Judged
from traceability.epcis.event import Event
from traceability.epcis.validate import told
from traceability.errors import InvalidInput
from traceability.imports.cells import has_zone
from traceability.imports.events import CONTEXT, Body
from traceability.imports.fault import Fault
from traceability.imports.kinds import AT, Kind
from traceability.imports.layout import Layout, Mapped, lay_out
from traceability.imports.resembling import goods_of
from traceability.imports.rows import Row, read_rows
from traceability.imports.together import Made, make_events
from traceability.proof.quantity import quantities
from traceability.sheets.cell import Sheet

MOST_ROWS = 100_000
"""Events that one capture takes."""
_PORTION = 500

Judge = Callable[[bytes], Sequence[Judged]]
"""Judges each event of an EPCIS document as capture would, in the name of the sender."""
Tell = Callable[[int], None]
"""Is told after each portion how many events were checked."""


@dataclass(frozen=True, slots=True)
class Plan:
    kind: Kind
    sheet: Sheet
    layout: Layout
    rows: int
    """Not empty, without the headings."""
    events: tuple[Event, ...]
    """All of them sound; none if anything is wrong anywhere."""
    faults: tuple[Fault, ...]
    assumed_zone: int
    """Times without a time zone."""
    unsure_numbers: int
    """Lots and serial numbers that the file holds as numbers, so that leading zeros would be lost."""

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When the first and the last event happened, of a plan that has any."""
        return self.events[0].event_time, self.events[-1].event_time

    @property
    def steps(self) -> Counter[str]:
        return Counter(str(event.body["bizStep"]) for event in self.events)

    @property
    def goods(self) -> list[str]:
        """Canonical Digital Links of lots, items and logistic units, in order."""
        return sorted({link for event in self.events for link in goods_of(event)})

    @property
    def totals(self) -> dict[tuple[str, str], Fraction]:
        """By list of the event and unit, how much of everything together."""
        sums: dict[tuple[str, str], Fraction] = {}
        for event in self.events:
            for name in ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"):
                for each in quantities(event.body, name):
                    if each.amount is not None:
                        sums[name, each.unit] = sums.get((name, each.unit), Fraction()) + each.amount
        return sums

    @property
    def document(self) -> bytes:
        """The events as one EPCIS document."""
        return _document([event.body for event in self.events])


def plan(
    kind: Kind,
    sheet: Sheet,
    party: str,
    zone: timezone,
    now: datetime,
    saved: Mapped,
    judge: Judge,
    tell: Tell = lambda _checked: None,
    at_most: int = MOST_ROWS,
) -> Plan:
    """Read the whole sheet, for its sender `party` (GLN); times without zone are taken as `zone`.

    Raises `InvalidInput` for a sheet with more than `at_most` rows, or without any.
    """
    if not sheet.rows:
        raise InvalidInput("sheet is empty")
    layout = lay_out(kind, sheet.rows, saved)
    filled = sum(any(cell.text.strip() for cell in row) for row in sheet.rows[layout.row + 1 :])
    if filled > at_most:
        raise InvalidInput(f"sheet has {filled} rows, want at most {at_most} at a time")
    read = list(read_rows(kind, sheet.rows, layout, zone, now)) if not layout.faults else []
    if not read and not layout.faults:
        raise InvalidInput("sheet has headings and no rows below them")
    rows = [row for row in read if isinstance(row, Row)]
    faults = [*layout.faults, *(fault for row in read if not isinstance(row, Row) for fault in row)]
    made = list(make_events(kind, rows, party))
    faults += [fault for each in made if not isinstance(each, Made) for fault in each]
    events: list[Event] = []
    if not faults:
        events, faults = _checked([each for each in made if isinstance(each, Made)], judge, tell)
    return Plan(
        kind=kind,
        sheet=sheet,
        layout=layout,
        rows=len(read),
        events=() if faults else tuple(sorted(events, key=lambda event: event.event_time)),
        faults=tuple(sorted(faults)),
        assumed_zone=sum(not has_zone(row.cell(AT)) for row in rows),
        unsure_numbers=sum(row.cell(key).kind == "number" for key in ("lot", "serial") for row in rows),
    )


def _checked(made: Sequence[Made], judge: Judge, tell: Tell) -> tuple[list[Event], list[Fault]]:
    """The events, and what the standard and our profile still find wrong with them."""
    events: list[Event] = []
    faults: list[Fault] = []
    for start in range(0, len(made), _PORTION):
        portion = made[start : start + _PORTION]
        for each, judged in zip(portion, judge(_document([each.body for each in portion])), strict=True):
            if isinstance(judged, Event):
                events.append(judged)
            else:
                faults.append(each.rows[0].fault("", "{error}", error=told(judged)))
        tell(start + len(portion))
    return events, faults


def _document(bodies: Sequence[Body]) -> bytes:
    """The time of writing is that of the newest event: a real one would differ with each import."""
    return orjson.dumps(
        {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": max(str(body["eventTime"]) for body in bodies),
            "epcisBody": {"eventList": bodies},
        }
    )
