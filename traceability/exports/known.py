"""What the records of a history say of lots and places, for the rows of a spreadsheet to look up."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from traceability.epcis.event import Event, canonical
from traceability.ledger import extensions
from traceability.ledger.ports import StoredEvent
from traceability.proof.records import makers

_LOCATION = re.compile(r"https://id\.gs1\.org/41[47]/([0-9]{13})(?:/254/(.+))?")
_NEAREST = ("location", "possessing_party", "owning_party")
"""Of several destinations or sources, the first of these types is the one that goods go to or come from."""


class Known:
    """Made once from records that stand, by event time."""

    def __init__(self, records: Sequence[StoredEvent]) -> None:
        self.makers = {each.key for each in makers(records)}
        """Keys of those that made goods, each by the party that was the first to say that it made them."""
        self.harvests: dict[str, StoredEvent] = {}
        self._products: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for each in records:
            self._learn_places(each.event.body)
            if each.key in self.makers:
                self._learn_goods(each)

    def product(self, lot: str) -> str:
        return self._products.get(lot, "")

    def tlc_source(self, lot: str) -> str:
        return self.place(self._sources.get(lot, ""))

    def set_tlc_source(self, lot: str, place: str) -> None:
        """For a lot that is first packed under the code under which it was harvested."""
        self._sources.setdefault(lot, place)

    def place(self, identifier: str) -> str:
        """A GLN with its extension and name; another identifier as it stands."""
        found = _LOCATION.fullmatch(identifier)
        written = identifier if found is None else f"GLN {found[1]}" + (f", {found[2]}" if found[2] else "")
        name = self._names.get(identifier)
        return f"{written}: {name}" if name and written else written

    def end(self, body: Mapping[str, Any], field: str) -> str:
        """Where goods go to ("destination") or come from ("source"), as the event itself says."""
        stated = body.get(f"{field}List") or []
        ends = sorted(
            (_NEAREST.index(each["type"]), each[field]) for each in stated if each.get("type") in _NEAREST
        )
        return self.place(canonical(ends[0][1])) if ends else ""

    def _learn_places(self, body: Mapping[str, Any]) -> None:
        for place in (body.get("readPoint"), body.get("bizLocation")):
            name = both(extensions.texts(place.get("guoji:name"))) if place else ""
            if place and name:
                self._names.setdefault(canonical(place["id"]), name)

    def _learn_goods(self, record: StoredEvent) -> None:
        event = record.event
        told = extensions.master_data(event)
        words = (extensions.texts(told.get(name)) for name in ("guoji:name", "guoji:variety"))
        product = ", ".join(text for text in map(both, words) if text)
        roles = event.identifiers_by_role()
        if product:
            for lot in (*roles["output"], *roles["class"]):
                self._products.setdefault(lot, product)
        if event.kind == "TransformationEvent":
            for lot in roles["output"]:
                self._sources.setdefault(lot, place_of(event))
        if event.is_harvest:
            self.harvests |= {lot: record for lot in roles["class"] if lot not in self.harvests}


def place_of(event: Event) -> str:
    """Where it happened: the read point, else the business location; "" if neither is there."""
    places = event.identifiers_by_role()["place"]
    return places[0] if places else ""


def farm_of(place: str) -> str:
    """The location that a field lies in."""
    return place.partition("/254/")[0]


def both(texts: Mapping[str, str]) -> str:
    """A text in English, then in Chinese if that is another."""
    return " / ".join(dict.fromkeys(texts[language] for language in ("en", "zh") if texts.get(language)))


def local_time(event: Event) -> str:
    """With the offset that holds where it happened."""
    return event.event_time.astimezone(_offset(event.body)).isoformat(timespec="seconds")


def utc_time(event: Event) -> str:
    return event.event_time.astimezone(UTC).isoformat(timespec="seconds")


def documents(body: Mapping[str, Any]) -> str:
    """Type and number of each business transaction."""
    listed = body.get("bizTransactionList") or []
    return "; ".join(f"{each.get('type', 'document')} {each['bizTransaction']}" for each in listed)


def _offset(body: Mapping[str, Any]) -> tzinfo:
    return datetime.fromisoformat(f"2000-01-01T00:00:00{body['eventTimeZoneOffset']}").tzinfo or UTC
