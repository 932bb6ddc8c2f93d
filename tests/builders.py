"""Sound values that tests start from; each test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from traceability.epcis.event import Event
from traceability.gs1 import digital_link

START = datetime(2026, 11, 20, 6, tzinfo=UTC)
CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"guoji": "https://ns.guoji.example/epcis/"},
]

FARM = "9521234000006"
FIELD_LOT = digital_link.lot("09521234000013", "F1")
LOT = digital_link.lot("09521234000020", "P1")
OTHER_LOT = digital_link.lot("09521234000020", "P2")
ITEM = digital_link.item("09521234000020", "A000000000000001")
CASE = digital_link.sscc("095212340000000013")
PALLET = digital_link.sscc("095212340000000020")
FIELD = digital_link.place("9521234000013", "PLOT-1")
SHOP = digital_link.place("9521234000020", "SHELF-1")
STATION = digital_link.device("9521234STATION1")
LOGGER = digital_link.device("9521234LOGGER1")


def an_event(kind: str = "ObjectEvent", hours: float = 0, place: str = FIELD, **fields: Any) -> Event:
    """An event so many hours after `START`."""
    body = {
        "type": kind,
        "eventTime": (START + timedelta(hours=hours)).isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+00:00",
        "readPoint": {"id": place},
        **fields,
    }
    return Event(body, CONTEXT)


def a_harvest(hours: float = 0, lot: str = FIELD_LOT, kg: float = 30, **fields: Any) -> Event:
    goods = [{"epcClass": lot, "quantity": kg, "uom": "KGM"}]
    return an_event(hours=hours, action="ADD", bizStep="commissioning", quantityList=goods, **fields)


def a_pack_out(hours: float, source: str = FIELD_LOT, made: str = LOT, **fields: Any) -> Event:
    return an_event(
        "TransformationEvent",
        hours,
        inputQuantityList=[{"epcClass": source, "quantity": 30, "uom": "KGM"}],
        outputQuantityList=[{"epcClass": made, "quantity": 28, "uom": "KGM"}],
        **fields,
    )


def a_packing(
    hours: float,
    parent: str,
    lots: Sequence[str] = (),
    units: Sequence[str] = (),
    action: str = "ADD",
    **fields: Any,
) -> Event:
    """Packs `lots` and `units` into `parent`; with action DELETE takes them out."""
    return an_event(
        "AggregationEvent",
        hours,
        action=action,
        parentID=parent,
        childEPCs=list(units),
        childQuantityList=[{"epcClass": lot} for lot in lots],
        **fields,
    )


def a_fitting(hours: float, bearer: str, device: str, action: str = "ADD") -> Event:
    return an_event("AssociationEvent", hours, action=action, parentID=bearer, childEPCs=[device])


def a_sighting(hours: float, thing: str, step: str = "shipping", place: str = FIELD, **fields: Any) -> Event:
    return an_event(hours=hours, place=place, action="OBSERVE", bizStep=step, epcList=[thing], **fields)


def handed_to(*parties: str) -> dict[str, Any]:
    """The field by which whoever holds goods names who is to have them."""
    named = [{"type": "possessing_party", "destination": digital_link.party(gln)} for gln in parties]
    return {"destinationList": named}
