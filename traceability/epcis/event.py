"""One EPCIS event as we hold it, and the things it speaks of."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, get_args

from traceability.epcis import epc
from traceability.epcis.context import ContextItem, prefixes
from traceability.epcis.event_hash import EventHash, event_hash
from traceability.epcis.links import PLAIN, canonical_link
from traceability.epcis.values import read_time
from traceability.epcis.vocabulary import EVENT_TYPES
from traceability.epcis.words import word
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link

Role = Literal[
    "epc",
    "class",
    "parent",
    "child",
    "input",
    "output",
    "device",
    "place",
    "source",
    "destination",
    "transaction",
]
ROLES: tuple[Role, ...] = get_args(Role)

_FIELDS: tuple[tuple[str, str | None, Role], ...] = (
    ("epcList", None, "epc"),
    ("quantityList", "epcClass", "class"),
    ("parentID", None, "parent"),
    ("childEPCs", None, "child"),
    ("childQuantityList", "epcClass", "child"),
    ("inputEPCList", None, "input"),
    ("inputQuantityList", "epcClass", "input"),
    ("outputEPCList", None, "output"),
    ("outputQuantityList", "epcClass", "output"),
    ("readPoint", "id", "place"),
    ("bizLocation", "id", "place"),
    ("bizTransactionList", "bizTransaction", "transaction"),
    ("sourceList", "source", "source"),
    ("destinationList", "destination", "destination"),
)
"""Field, member that holds the identifier (None: the value itself does), and what it is mentioned as."""

_LONGEST_REMEMBERED = 200
"""Characters of an identifier: what strangers send must not fill the memory."""
_HARVEST_STEPS = ("commissioning", "creating_class_instance")


@dataclass(frozen=True, slots=True)
class Mention:
    """Something an event speaks of, and as what."""

    identifier: str
    """Canonical Digital Link of a GS1 key; any other URI as it stands."""
    role: Role


@dataclass(frozen=True, slots=True)
class Event:
    """A validated event, exactly as received, and the @context that holds for it."""

    body: Mapping[str, Any]
    context: list[ContextItem]
    _hashes: dict[str, EventHash] = field(default_factory=dict, init=False, repr=False, compare=False)
    _named: list[Mention] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def kind(self) -> str:
        """The event type, such as ObjectEvent."""
        return str(self.body["type"])

    @property
    def event_time(self) -> datetime:
        """When it happened, with time zone. Raises `InvalidInput` for an event that nobody validated."""
        moment = read_time(self.body["eventTime"])
        if moment is None:
            raise InvalidInput(f"eventTime is {self.body['eventTime']!r:.40}, want an RFC 3339 time")
        return moment

    @property
    def step(self) -> str | None:
        """The business step: bare where it is a word of the standard, however it is spelled."""
        return self._word("bizStep")

    @property
    def disposition(self) -> str | None:
        """As `step`."""
        return self._word("disposition")

    @property
    def read_point(self) -> str | None:
        """Canonical Digital Link or URI."""
        stated = _member(self.body.get("readPoint"), "id")
        return canonical(stated) if isinstance(stated, str) else None

    @property
    def is_harvest(self) -> bool:
        """Whether quantities of a lot come into being here that were made from nothing else in the log."""
        return (
            self.kind == "ObjectEvent"
            and self.body.get("action") == "ADD"
            and self.step in _HARVEST_STEPS
            and bool(self.body.get("quantityList"))
        )

    def words(self, stated: object) -> list[str]:
        """The words of a list as it stands in the event, in the spelling of `step`; none of anything else."""
        found = [each for each in _each(stated) if isinstance(each, str)]
        known = prefixes(self.context) if any(":" in each for each in found) else {}
        return [word(each, known) for each in found]

    def _word(self, name: str) -> str | None:
        return next(iter(self.words(self.body.get(name))), None)

    def hash(self, version: str = "CBV2.0") -> EventHash:
        """Compute the CBV event hash, the first time that it is asked for."""
        if version not in self._hashes:
            self._hashes[version] = event_hash(self.body, self.context, version)
        return self._hashes[version]

    def identifiers(self) -> list[Mention]:
        """List what the event speaks of, each thing once in each role; read the first time that it is asked.

        An event type of somebody's own has fields of unknown shape, so nothing is read out of it.
        """
        if not self._named and str(self.body.get("type")) in EVENT_TYPES:  # absent where nobody validated it
            named = (Mention(canonical(uri), role) for uri, role in _mentions(self.body))
            self._named.extend(dict.fromkeys(named))
        return self._named.copy()

    def identifiers_by_role(self) -> dict[Role, list[str]]:
        """Give the identifiers in each role; every role is there."""
        found: dict[Role, list[str]] = {role: [] for role in ROLES}
        for mention in self.identifiers():
            found[mention.role].append(mention.identifier)
        return found


def canonical(uri: str) -> str:
    """Name the thing behind an EPC URN or a Digital Link, also one with old short names or a short GTIN.

    Other URIs, and identifiers that break their own rules, stay as they are.
    """
    if PLAIN.fullmatch(uri):
        return uri
    return _remembered(uri) if len(uri) <= _LONGEST_REMEMBERED else _canonical(uri)


def _canonical(uri: str) -> str:
    # GS1's own reading first: the hash's form drops what it does not need.
    for link in (epc.digital_link(uri, epc.escape_all) or uri, canonical_link(uri, epc.escape_all)):
        if link is not None:
            with suppress(InvalidInput):
                return digital_link.identity(link)
    return uri


# An event is read for its names and for what queries find it by, and the next one is about the same things.
_remembered = lru_cache(4096)(_canonical)


def _mentions(body: Mapping[str, Any]) -> Iterator[tuple[str, Role]]:
    """Passes over what has not the shape that EPCIS gives it: the event may be one that nobody validated."""
    for name, member, role in _FIELDS:
        for item in _each(body.get(name)):
            uri = item if member is None else _member(item, member)
            if isinstance(uri, str):
                yield uri, role
    for element in _each(body.get("sensorElementList")):
        for part in (_member(element, "sensorMetadata"), *_each(_member(element, "sensorReport"))):
            device = _member(part, "deviceID")
            if isinstance(device, str):
                yield device, "device"


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None
