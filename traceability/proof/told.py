"""What an event says of goods: all that walks, custody and contradictions ask of it, worked out once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from traceability.epcis.event import Event, Role, canonical
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.proof.quantity import master_data
from traceability.proof.records import Record
from traceability.proof.spelling import lot_in, plain

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARTY = tuple(f"{CANONICAL_STEM}/{key}/" for key in ("417", "414"))
_NOBODY = frozenset[str]()
_NO_GOODS = (*_PARTY, f"{CANONICAL_STEM}/8004/")


class _Roles(dict[Role, frozenset[str]]):
    def __missing__(self, role: Role) -> frozenset[str]:
        return _NOBODY


@dataclass(slots=True)
class Words:
    """Of one event: what it says, and of which things. Frozen, it would take twice as long to make."""

    kind: str
    """The event type."""
    roles: Mapping[Role, frozenset[str]]
    """Canonical identifiers; none for a role in which nothing stands."""
    action: str | None = None
    step: str | None = None
    """The business step."""
    read_point: str | None = None
    lot: str | None = None
    """Of what comes into being here: the lot that it is of (`guoji:lot`)."""
    transformation: str | None = None
    """Several events with one transformationID are one transformation (EPCIS 2.0, 7.4.5)."""
    receivers: tuple[str, ...] = ()
    """The parties (GLN) that it names as destination, also by a location of theirs."""
    is_harvest: bool = False
    growing_since: str | None = None
    """As it was written."""

    @property
    def found_by(self) -> frozenset[str]:
        """All that the event is looked up by."""
        return self.further.union(*self.roles.values())

    @property
    def further(self) -> frozenset[str]:
        """What it is looked up by besides all that stands in it as EPCIS has it."""
        found = [labels_of(self.lot)] if self.lot else []
        for each in (*self.roles["epc"], *self.roles["child"], *self.roles["output"], *self.roles["input"]):
            if (lot := lot_in(each)) is not None:
                found += [labels_of(lot), spellings_of(plain(each))]
        found += [parts_of(self.transformation)] if self.transformation else []
        if self.kind == "AssociationEvent":
            found += [fittings_of(each) for each in self.roles["parent"]]
        return frozenset(found)

    @property
    def made(self) -> frozenset[str]:
        """What comes into being here."""
        if self.kind == "ObjectEvent" and self.action == "ADD":
            return self.roles["class"] | self.roles["epc"]
        return self.roles["output"]

    @property
    def packs(self) -> bool:
        return self.kind == "AggregationEvent" and self.action == "ADD"

    @property
    def is_stored(self) -> bool:
        return self.step in ("storing", "stocking")

    @property
    def places(self) -> str:
        return " ".join(sorted(self.roles["place"]))

    @property
    def leads_on(self) -> bool:
        """Whether goods lead to others, to a party or to a device here: most are only seen."""
        sees = self.kind in ("ObjectEvent", "TransactionEvent") and self.action != "ADD"
        return not sees or bool(self.lot or self.receivers)


@dataclass(slots=True, eq=False)
class Told:
    """An event, told by a party. Its words are read the first time that they are asked for."""

    key: str
    """Hex leaf hash of its entry."""
    at_us: int
    """When it happened, in microseconds since 1970."""
    submitter: str
    """GLN."""
    captured_at_ms: int
    name: object
    """What it has in common with the declaration of its own submitter that voids it."""
    is_declaration: bool
    """Whether it declares another one wrong."""
    leads_on: bool
    is_stored: bool
    """Whether the goods stay at its places for a while."""
    places: str
    """Where it was, one after another: the same text for the same places."""
    _words: Words | str

    @property
    def at(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.at_us)

    @property
    def words(self) -> Words:
        words = self._words
        if isinstance(words, str):
            words = self._words = read(words)
        return words

    @property
    def roles(self) -> Mapping[Role, frozenset[str]]:
        return self.words.roles

    @classmethod
    def of(cls, record: Record) -> "Told":
        words, event = words_of(record.event), record.event
        return cls(
            record.key,
            microseconds(event.event_time),
            record.submitter,
            record.captured_at_ms,
            record.name,
            "errorDeclaration" in event.body,
            words.leads_on,
            words.is_stored,
            words.places,
            words,
        )


def words_of(event: Event) -> Words:
    body, stated = event.body, master_data(event.body)
    roles = event.identifiers_by_role()
    receivers = {each.split("/")[4] for each in roles["destination"] if each.startswith(_PARTY)}
    return Words(
        kind=event.kind,
        roles=_Roles((role, frozenset(named)) for role, named in roles.items() if named),
        action=_text(body.get("action")),
        step=event.step or None,
        read_point=event.read_point or None,
        lot=_canonical(stated.get("guoji:lot")),
        transformation=_canonical(body.get("transformationID")),
        receivers=tuple(sorted(receivers)),
        is_harvest=event.is_harvest,
        growing_since=_text(stated.get("guoji:growingSince")),
    )


def write(words: Words) -> str:
    """As one text, from which `read` gives them again; the same for the same words."""
    fields = {name: getattr(words, name) for name in Words.__slots__ if name != "roles"}
    roles = {role: sorted(named) for role, named in words.roles.items() if named}
    said = {name: value for name, value in fields.items() if value}
    return json.dumps(said | {"roles": roles}, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> Words:
    said = json.loads(text)
    roles = _Roles((role, frozenset(named)) for role, named in said.pop("roles").items())
    return Words(roles=roles, receivers=tuple(said.pop("receivers", ())), **said)


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def fittings_of(bearer: str) -> str:
    """What the events are looked up by that put devices on it: a place stands in far too many others."""
    return f"fitted on {bearer}"


def labels_of(lot: str) -> str:
    """What the events are looked up by in which goods come into being as of this lot."""
    return f"labelled as {lot}"


def spellings_of(item: str) -> str:
    """What the events are looked up by that name this item with its lot."""
    return f"spelled {item}"


def parts_of(transformation: str) -> str:
    """What the events are looked up by that have this transformationID."""
    return f"part of {transformation}"


def is_goods(identifier: str) -> bool:
    """Devices, places and parties are part of no goods, whatever an event says."""
    return not identifier.startswith(_NO_GOODS)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _canonical(value: object) -> str | None:
    text = _text(value)
    return None if text is None else canonical(text)
