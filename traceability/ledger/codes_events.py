"""The events of item codes: that a set was issued for a lot, and that some of them are on goods now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceability.epcis.event import Event
from traceability.epcis.own_events import moment_fields, own_events
from traceability.ledger.codes_store import KeptSet, NewSet
from traceability.proof.code import CODE_SET, ISSUING_STEP, IssuedCodes


def issuing(issued: IssuedCodes, at: datetime) -> Event:
    """Nothing moves and nothing comes into being: the lot is only seen, and without a quantity.

    So no balance, custody or lineage changes by it.
    """
    body = {
        "type": "ObjectEvent",
        **moment_fields(at),
        "action": "OBSERVE",
        "bizStep": ISSUING_STEP,
        "disposition": "encoded",
        "quantityList": [{"epcClass": issued.lot}],
        CODE_SET: issued.body(),
    }
    return own_events([body], at)[0]


@dataclass(frozen=True, slots=True)
class Labelling:
    """When and where codes went on goods, and by whom."""

    party: str
    """GLN."""
    at: datetime
    place: str | None
    """Canonical Digital Link (414)."""


def activating(of: KeptSet, items: Sequence[str], labelling: Labelling) -> Event:
    """The ordinary event by which labelled items come into being as of a lot (docs/lineage.md)."""
    where, content = {"id": labelling.place}, content_of(of.new)
    body: dict[str, Any] = {
        "type": "ObjectEvent",
        **moment_fields(labelling.at),
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": list(items),
        **({"readPoint": where, "bizLocation": where} if labelling.place else {}),
        "ilmd": {"guoji:lot": of.lot, **({} if content is None else {"guoji:netContent": content})},
    }
    return own_events([body], labelling.at)[0]


def content_of(new: NewSet) -> dict[str, Any] | None:
    """What one item holds, as events say it; None where items are pieces."""
    return None if new.each is None else {"guoji:value": float(new.each), "guoji:uom": new.uom}
