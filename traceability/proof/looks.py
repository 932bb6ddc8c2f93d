"""Which events only tell what somebody found of goods, or that a room showed them (docs/adr/0033)."""

from collections.abc import Sequence, Set

from traceability.epcis.event import Event
from traceability.proof.custody import LOOKING, heard
from traceability.proof.records import Record
from traceability.proof.told import Told

_FOUND = (None, "conformant", "non_conformant")
"""What an inspection may say of goods. Any other word would end or change them."""


def is_look(event: Event, goods: Set[str]) -> bool:
    """Whether somebody only looked at some of these goods, or showed them, and did nothing to them."""
    roles = event.identifiers_by_role()
    plain = event.kind == "ObjectEvent" and event.body.get("action") == "OBSERVE"
    finds = event.disposition in _FOUND and not event.body.get("persistentDisposition")
    return plain and finds and event.step in LOOKING and not goods.isdisjoint(roles["epc"] + roles["class"])


def claims(records: Sequence[Record], subject: str) -> frozenset[str]:
    """Keys of the events in a history of `subject` that are claimed, and more than a look."""
    found = heard([Told.of(each) for each in records], subject)
    return found.claimed.difference(each.key for each in records if is_look(each.event, found.goods))
