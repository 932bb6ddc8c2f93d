"""Rows of the FSMA 204 sortable spreadsheet (21 CFR 1.1455(c)(3)(ii)), from captured events alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any

from traceability.epcis.event import Event
from traceability.epcis.vocabulary import EVENT_TYPES
from traceability.errors import InvalidInput
from traceability.exports.kde import Cte, Row
from traceability.exports.known import Known, both, documents, farm_of, local_time, place_of, utc_time
from traceability.exports.loads import NOTHING, Loads, Stated, stated
from traceability.ledger import extensions
from traceability.ledger.ports import StoredEvent
from traceability.proof.quantity import exact, names
from traceability.proof.records import standing

MOST_ROWS = 100_000
"""One event may name a thousand inputs and a thousand outputs, which would be a million rows."""

_MOVES = {"shipping": Cte.SHIPPING, "receiving": Cte.RECEIVING, "cooling": Cte.COOLING}

_OF_PACKED = (Cte.SHIPPING, Cte.RECEIVING)
"""Of loose fruit these are no Critical Tracking Events; they only tell where it went."""


def fsma_rows(records: Sequence[StoredEvent]) -> list[Row]:
    """One row for each Critical Tracking Event and lot, by time.

    What was declared wrong does not count, nor who says later that they made somebody else's lot. `records`
    should hold the past of the goods too, or what a pallet holds is not known. Raises `InvalidInput` for more
    than `MOST_ROWS`.
    """
    # Of an event type of somebody's own nobody knows what its fields mean.
    of_epcis = [each for each in standing(records) if each.event.kind in EVENT_TYPES]
    ordered = sorted(of_epcis, key=lambda each: (each.event.event_time, each.key))
    rows = list(islice(_Walk(ordered).rows(), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise InvalidInput(f"more than {MOST_ROWS} rows, want a shorter period")
    return [row for row in _with_recipients(rows) if row.cte not in _OF_PACKED or not row.input_lot]


def step_of(event: Event) -> str:
    """The last word of a business step: `cooling` also of a step of somebody's own, which is a URI."""
    return (event.step or "").replace("#", "/").replace(":", "/").rpartition("/")[2]


def _with_recipients(rows: Sequence[Row]) -> list[Row]:
    """Where an event does not say who got the goods, the next record of the lot elsewhere does."""
    place: dict[str, str] = {}
    told: list[Row] = []
    for row in reversed(rows):
        lot = row.tlc or row.input_lot
        gives = row.cte in (Cte.HARVESTING, Cte.COOLING, Cte.SHIPPING)
        told.append(replace(row, recipient=place.get(lot, "")) if gives and not row.recipient else row)
        if row.cte in (Cte.RECEIVING, Cte.COOLING):
            place[lot] = row.location
        elif row.cte is Cte.INITIAL_PACKING:
            place[row.input_lot] = row.location
    return told[::-1]


class _Walk:
    """Goes through a history once, and knows at each moment what lies where and what came from where."""

    def __init__(self, records: Sequence[StoredEvent]) -> None:
        self._records = records
        self._known = Known(records)
        self._loads = Loads()
        self._shipped_from: dict[str, str] = {}
        self._received: dict[str, str] = {}
        self._cooled: dict[str, tuple[str, str]] = {}

    def rows(self) -> Iterator[Row]:
        for record in self._records:
            yield from self._rows(record)

    def _rows(self, record: StoredEvent) -> Iterator[Row]:
        event, body = record.event, record.event.body
        match event.kind, body.get("action"):
            case "ObjectEvent", _ if event.is_harvest:
                yield from self._harvested(record)
            case "ObjectEvent", _ if (cte := _MOVES.get(step_of(event))) is not None:
                yield from self._moved(record, cte)
            case "TransformationEvent", _ if record.key in self._known.makers:
                yield from self._turned(record)
            case "AggregationEvent", "ADD":
                yield from self._packed(record)
            case "AggregationEvent", "DELETE":
                self._loads.unpack(body)
            case "ObjectEvent", "ADD":
                self._loads.label(body)

    def _harvested(self, record: StoredEvent) -> Iterator[Row]:
        if record.key in self._known.makers:
            for each in stated(record.event.body, "quantityList"):
                row = self._with_input(self._row(record, Cte.HARVESTING), each)
                yield replace(row, recipient=self._known.end(record.event.body, "destination"))

    def _moved(self, record: StoredEvent, cte: Cte) -> Iterator[Row]:
        body = record.event.body
        row = replace(
            self._row(record, cte),
            carried_in="; ".join(names(body, "epcList")),
            recipient=self._known.end(body, "destination") if cte is not Cte.RECEIVING else "",
            previous=self._known.end(body, "source") if cte is Cte.RECEIVING else "",
        )
        for each in self._goods(body, "quantityList", "epcList"):
            yield from self._moved_lot(row, each)

    def _moved_lot(self, row: Row, goods: Stated) -> Iterator[Row]:
        """Loose fruit has no TLC yet (1.1340(c), 1.1345(c)); once it is packed, cooling is no event."""
        lot = goods.lot
        is_raw = lot in self._known.harvests and not self._known.tlc_source(lot)
        if row.cte is Cte.COOLING:
            if not is_raw:
                return
            self._cooled[lot] = row.location, row.date
        elif row.cte is Cte.SHIPPING:
            self._shipped_from[lot] = row.location
        else:
            self._received[lot] = row.date
            row = replace(row, previous=row.previous or self._shipped_from.get(lot, ""))
        yield self._with_input(row, goods) if is_raw else self._with_lot(row, goods)

    def _turned(self, record: StoredEvent) -> Iterator[Row]:
        """A row for each input and output, which share the record's key."""
        body = record.event.body
        inputs = self._goods(body, "inputQuantityList", "inputEPCList")
        outputs = self._goods(body, "outputQuantityList", "outputEPCList")
        raw = all(each.lot in self._known.harvests for each in inputs)
        row = self._row(record, Cte.INITIAL_PACKING if raw else Cte.TRANSFORMATION)
        for source, made in product(inputs, outputs):
            yield self._with_input(self._with_lot(row, made), source)

    def _packed(self, record: StoredEvent) -> Iterator[Row]:
        """Packing loose harvested fruit is initial packing too: the lot keeps its code."""
        event, body = record.event, record.event.body
        self._loads.pack(body)
        raw = [each for each in stated(body, "childQuantityList") if each.lot in self._known.harvests]
        for each in raw if step_of(event) == "packing" else []:
            self._known.set_tlc_source(each.lot, place_of(event))
            row = replace(self._row(record, Cte.INITIAL_PACKING), carried_in=str(body["parentID"]))
            yield self._with_input(self._with_lot(row, each), each)

    def _goods(self, body: Mapping[str, Any], quantities: str, units: str) -> list[Stated]:
        """At least one: an event may name nothing that anybody knows as a lot."""
        return [*stated(body, quantities), *self._loads.held(names(body, units))] or [NOTHING]

    def _with_lot(self, row: Row, goods: Stated) -> Row:
        return replace(
            row,
            tlc=goods.lot,
            product=self._known.product(goods.lot),
            quantity=_amount(goods),
            unit=goods.unit,
            tlc_source=self._known.tlc_source(goods.lot),
        )

    def _with_input(self, row: Row, goods: Stated) -> Row:
        """With what is known of raw fruit before it was packed."""
        cooled_at, cooled = self._cooled.get(goods.lot, ("", ""))
        row = replace(
            row,
            input_lot=goods.lot,
            input_product=self._known.product(goods.lot),
            input_quantity=_amount(goods),
            input_unit=goods.unit,
            received=self._received.get(goods.lot, ""),
            cooled_at=cooled_at,
            cooled=cooled,
        )
        harvest = self._known.harvests.get(goods.lot)
        return row if harvest is None else self._with_harvest(row, harvest)

    def _with_harvest(self, row: Row, harvest: StoredEvent) -> Row:
        field = place_of(harvest.event)
        return replace(
            row,
            farm=self._known.place(farm_of(field)),
            field=self._known.place(field) if field != farm_of(field) else "",
            harvester=both(extensions.party_name(harvest.event)),
            harvested=local_time(harvest.event),
        )

    def _row(self, record: StoredEvent, cte: Cte) -> Row:
        event = record.event
        party = both(extensions.party_name(event))
        return Row(
            cte=cte,
            utc=utc_time(event),
            date=local_time(event),
            location=self._known.place(place_of(event)),
            documents=documents(event.body),
            recorded_by=f"GLN {record.submitter}" + (f": {party}" if party else ""),
            record=record.key,
        )


def _amount(goods: Stated) -> str:
    return "" if goods.amount is None else exact(goods.amount)
