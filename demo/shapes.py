"""The shapes of the story's EPCIS events: plain dicts in the project's profile, each labelled as staged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from demo.cast import DEMO_EVENT, Names, Party, Place
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, STANDARD_CONTEXT
from traceability.gs1 import digital_link
from traceability.telemetry.device import Device

CONTEXT = [STANDARD_CONTEXT, {"guoji": GUOJI_NAMESPACE}]

Event = dict[str, Any]


def told(names: Names) -> dict[str, str]:
    """Text in two languages, as an extension holds it."""
    return {f"guoji:{language}": text for language, text in names.items()}


def staged(what: Names) -> dict[str, Any]:
    return {"guoji:staged": told(what)}


def at_place(place: Place) -> dict[str, Any]:
    return {"id": place.link, "guoji:name": told(place.name)}


def kilograms(epc_class: str, kg: float) -> dict[str, Any]:
    return {"epcClass": epc_class, "quantity": round(kg, 1), "uom": "KGM"}


def event(kind: str, at: datetime, party: Party, place: Place, **fields: object) -> Event:
    """An event of `kind` that `party` saw at `place`; `fields` are the rest of it, None meaning absent."""
    return {
        "type": kind,
        "eventTime": at.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": f"{at:%z}"[:3] + ":" + f"{at:%z}"[3:],
        **{name: value for name, value in fields.items() if value is not None},
        "readPoint": at_place(place),
        "guoji:party": {"guoji:name": told(party.name)},
    } | staged(DEMO_EVENT)


def seen(at: datetime, party: Party, place: Place, step: str, disposition: str, **fields: object) -> Event:
    """An ObjectEvent that observes goods which exist already."""
    return event(
        "ObjectEvent", at, party, place, action="OBSERVE", bizStep=step, disposition=disposition, **fields
    )


def came_into_being(
    at: datetime, party: Party, place: Place, ilmd: Mapping[str, object], **fields: object
) -> Event:
    return event(
        "ObjectEvent",
        at,
        party,
        place,
        action="ADD",
        bizStep="commissioning",
        disposition="active",
        bizLocation=at_place(place),
        ilmd=ilmd,
        **fields,
    )


def handed_to(*parties: Party) -> list[dict[str, str]]:
    """Whom a holder of goods names as those who are to have them."""
    return [{"type": "possessing_party", "destination": digital_link.party(party.gln)} for party in parties]


def packed(
    at: datetime,
    party: Party,
    place: Place,
    parent: str,
    children: Sequence[str] = (),
    quantities: Sequence[Mapping[str, object]] = (),
) -> Event:
    return event(
        "AggregationEvent",
        at,
        party,
        place,
        parentID=parent,
        childEPCs=list(children) or None,
        childQuantityList=list(quantities) or None,
        action="ADD",
        bizStep="packing",
        disposition="in_progress",
    )


def unpacked(at: datetime, party: Party, place: Place, parent: str) -> Event:
    """Everything is out of `parent`."""
    return event(
        "AggregationEvent",
        at,
        party,
        place,
        parentID=parent,
        action="DELETE",
        bizStep="unpacking",
        disposition="in_progress",
    )


def fitted(at: datetime, party: Party, place: Place, parent: str, instrument: Device) -> Event:
    """`instrument` begins to measure what happens to `parent`: a place or a logistic unit."""
    return _association(at, party, place, parent, instrument, "ADD", "installing")


def taken_off(at: datetime, party: Party, place: Place, parent: str, instrument: Device) -> Event:
    return _association(at, party, place, parent, instrument, "DELETE", "removing")


def _association(
    at: datetime, party: Party, place: Place, parent: str, instrument: Device, action: str, step: str
) -> Event:
    made = event(
        "AssociationEvent",
        at,
        party,
        place,
        parentID=parent,
        childEPCs=[instrument.giai],
        action=action,
        bizStep=step,
    )
    return (
        made
        | staged(instrument.staged or {})
        | {
            "guoji:device": instrument.alias,
            "guoji:deviceName": told(instrument.name),
        }
    )
