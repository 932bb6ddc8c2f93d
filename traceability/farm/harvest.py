"""A harvest that a person typed in, as an EPCIS event in our profile."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from traceability.epcis.event import Event
from traceability.epcis.own_events import moment_fields, own_events
from traceability.errors import InvalidInput
from traceability.farm.known import Plot, Product
from traceability.gs1 import digital_link
from traceability.ledger.extensions import ENTERED, PHOTO
from traceability.telemetry.clock import iso

BY_PERSON = {"guoji:by": "person"}
REASONS = ("incorrect_data", "did_not_occur")
"""CBV error reasons."""


@dataclass(frozen=True, slots=True)
class Harvest:
    form: UUID
    """Random, from when the form was shown: whoever sends it twice has harvested once."""
    product: Product
    lot: str
    """Its number (AI 10)."""
    kilograms: float
    plot: Plot
    at: datetime
    """In the time zone of whoever typed it."""
    photo: str | None
    """SHA-256 (hex) of a photograph that stays with whoever took it."""

    @property
    def link(self) -> str:
        return digital_link.lot(self.product.gtin, self.lot)

    def entry_id(self, party: str) -> str:
        """The same for the same words in the same form, of the same party (GLN); another for any others."""
        typed = [party, self.link, repr(self.kilograms), self.plot.link, self.at.isoformat(), self.photo]
        return uuid5(self.form, json.dumps(typed)).urn


def harvest_event(harvest: Harvest, party: str, party_name: Mapping[str, str]) -> Event:
    """Raises `InvalidInput` as for any event."""
    entry_id = harvest.entry_id(party)
    place = {"id": harvest.plot.link, **_named(harvest.plot.name)}
    body: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventID": entry_id,
        **moment_fields(harvest.at),
        "action": "ADD",
        # A lot is commissioned but once, and two taps at a time know nothing of each other.
        "bizStep": "creating_class_instance",
        "disposition": "active",
        "quantityList": [{"epcClass": harvest.link, "quantity": harvest.kilograms, "uom": "KGM"}],
        "readPoint": place,
        "bizLocation": place,
        "ilmd": {**harvest.product.master_data, "guoji:harvestDate": f"{harvest.at:%Y-%m-%d}"},
        ENTERED: {**BY_PERSON, "guoji:form": entry_id},
    }
    if party_name:
        body["guoji:party"] = _named(party_name)
    if harvest.photo is not None:
        body[PHOTO] = harvest.photo
    return own_events([body], harvest.at)[0]


def declared_wrong(event: Event, reason: str, now_ms: int) -> Event:
    """The declaration that voids `event`, as a person made it. `reason` is one of `REASONS`."""
    if reason not in REASONS:
        raise InvalidInput(f"reason is {reason[:40]!r}, want one of {', '.join(REASONS)}")
    declaration = {"declarationTime": iso(now_ms), "reason": reason, ENTERED: BY_PERSON}
    return Event({**event.body, "errorDeclaration": declaration}, event.context)


def entry_id_of(event: Event) -> str | None:
    """What `Harvest.entry_id` gave; None for an event that came in another way."""
    match event.body.get(ENTERED):
        case {"guoji:form": str(found)}:
            return found
    return None


def _named(name: Mapping[str, str]) -> dict[str, Any]:
    return {"guoji:name": {f"guoji:{language}": text for language, text in name.items()}} if name else {}
