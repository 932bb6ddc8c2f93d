"""From rows to EPCIS events in our profile: the same rows give the same events, whoever computes them when.

No event gets an ID, a time of writing or a random value, and what an event lists is put in order. So a sheet
that is sent twice makes duplicates, which are kept once (ADR 0037).
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import quote

import orjson

from traceability.epcis.context import ContextItem
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX, STANDARD_CONTEXT
from traceability.gs1 import digital_link
from traceability.imports.cells import Unit
from traceability.imports.rows import Row, number

CONTEXT: list[ContextItem] = [STANDARD_CONTEXT, {GUOJI_PREFIX: GUOJI_NAMESPACE}]

Body = Mapping[str, Any]


def _event(kind: str, row: Row, **fields: object) -> Body:
    return {
        "type": kind,
        "eventTime": row.at.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": row.at.isoformat()[-6:],
        **{name: value for name, value in fields.items() if value},
        "readPoint": _place(row),
    }


def _place(row: Row) -> Mapping[str, str]:
    return {"id": digital_link.place(row.text("place") or "", row.text("part"))}


def _harvest(rows: Sequence[Row], _party: str) -> Body:
    [row] = rows
    ilmd = {**_named(row, "product", "variety"), "guoji:harvestDate": f"{row.at:%Y-%m-%d}"}
    return _event(
        "ObjectEvent",
        row,
        action="ADD",
        bizStep="creating_class_instance",
        disposition="active",
        quantityList=_quantities(rows),
        bizLocation=_place(row),
        ilmd=ilmd,
    )


def _packing(rows: Sequence[Row], _party: str) -> Body:
    return _event(
        "AggregationEvent",
        rows[0],
        action="ADD",
        bizStep="packing",
        disposition="in_progress",
        parentID=digital_link.sscc(rows[0].text("parent") or ""),
        childEPCs=_units(rows),
        childQuantityList=_quantities(rows),
    )


def _shipping(rows: Sequence[Row], _party: str) -> Body:
    return _seen(
        rows,
        "shipping",
        "in_transit",
        bizTransactionList=_papers(rows[0], "desadv", "document", rows[0].text("place") or ""),
        destinationList=[{"type": "location", "destination": digital_link.place(rows[0].text("to") or "")}],
    )


def _receiving(rows: Sequence[Row], _party: str) -> Body:
    sender = rows[0].text("from") or ""
    return _seen(
        rows,
        "receiving",
        "in_progress",
        bizLocation=_place(rows[0]),
        bizTransactionList=_papers(rows[0], "desadv", "document", sender),
        sourceList=[{"type": "location", "source": digital_link.place(sender)}],
    )


def _leaving(rows: Sequence[Row], _party: str) -> Body:
    if rows[0].text("fate") == "sold":
        return _seen(rows, "retail_selling", "retail_sold")
    return {**_seen(rows, "destroying", "destroyed"), "action": "DELETE"}


def _seen(rows: Sequence[Row], step: str, disposition: str, **fields: object) -> Body:
    return _event(
        "ObjectEvent",
        rows[0],
        action="OBSERVE",
        bizStep=step,
        disposition=disposition,
        epcList=_units(rows),
        quantityList=_quantities(rows),
        **fields,
    )


def _processing(rows: Sequence[Row], _party: str) -> Body:
    of = {way: [row for row in rows if row.text("direction") == way] for way in ("in", "out", "loss")}
    body = _event(
        "TransformationEvent",
        rows[0],
        inputQuantityList=_quantities(of["in"]),
        outputQuantityList=_quantities(of["out"]),
        bizStep="commissioning",
        disposition="active",
        bizLocation=_place(rows[0]),
        ilmd={**_named(of["out"][0], "product"), **_net_content(of["out"][0])},
    )
    lost = [row.amount for row in of["loss"] if row.amount is not None]
    if lost:
        culled = number(sum((Fraction(str(amount)) for amount, _ in lost), Fraction()))
        return {**body, "guoji:massBalance": {"guoji:culled": culled, "guoji:uom": lost[0][1]}}
    return body


def _laboratory(rows: Sequence[Row], party: str) -> Body:
    row = rows[0]
    body = _event(
        "ObjectEvent",
        row,
        action="OBSERVE",
        bizStep="inspecting",
        disposition=row.text("verdict"),
        quantityList=[{"epcClass": row.link}],
        bizTransactionList=_papers(row, "testres", "report", party),
    )
    results = _in_order([_result(each) for each in rows if "value" in each.values])
    return {**body, "guoji:labResults": results} if results else body


def _result(row: Row) -> Body:
    value, limit, unit = row.values["value"], row.values.get("limit"), row.values["value_unit"]
    assert isinstance(value, Decimal)
    assert isinstance(unit, Unit)
    result = {
        "guoji:analyte": row.text("analyte"),
        "guoji:value": number(Fraction(value) * unit.factor),
        "guoji:uom": unit.code,
    }
    if isinstance(limit, Decimal):
        result["guoji:limit"] = number(Fraction(limit) * unit.factor)
    return result


def _quantities(rows: Sequence[Row]) -> list[Any]:
    found = [(row.link, *row.amount) for row in rows if row.amount is not None]
    return _in_order([{"epcClass": link, "quantity": amount, "uom": unit} for link, amount, unit in found])


def _units(rows: Sequence[Row]) -> list[str]:
    """Items, boxes and pallets: what has no quantity."""
    return sorted({row.link for row in rows if row.amount is None and row.link is not None})


def _in_order(objects: Sequence[Body]) -> list[Any]:
    """Whatever the order of the rows was."""
    return sorted(objects, key=orjson.dumps)


def _named(row: Row, *keys: str) -> Body:
    fields = {"product": "guoji:name", "variety": "guoji:variety"}
    return {fields[key]: name for key in keys if (name := row.text(key)) is not None}


def _net_content(row: Row) -> Body:
    kilograms = row.values.get("piece")
    if not isinstance(kilograms, Decimal):
        return {}
    return {"guoji:netContent": {"guoji:value": number(Fraction(kilograms)), "guoji:uom": "KGM"}}


def _papers(row: Row, kind: str, key: str, issuer: str) -> list[Body]:
    """A paper by its issuer and number (CBV 2.0, 8.5.2): both ends of a delivery write the same name."""
    code = row.text(key)
    named = f"urn:epcglobal:cbv:bt:{issuer}:{quote(code, safe='')}" if code else ""
    return [{"type": kind, "bizTransaction": named}] if named else []


MAKERS: Mapping[str, Callable[[Sequence[Row], str], Body]] = {
    "harvest": _harvest,
    "packing": _packing,
    "shipping": _shipping,
    "receiving": _receiving,
    "processing": _processing,
    "laboratory": _laboratory,
    "leaving": _leaving,
}
"""By kind of sheet: what makes one event of rows that fit together, for a sender with this GLN."""
