"""Who held goods, since when and from whom, as those who held them say it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from traceability.ledger.trace import Grade, TracedEvent
from traceability.proof.custody import LOOKING
from traceability.proof.told import words_of


@dataclass(frozen=True, slots=True)
class Holding:
    """What one party had to do with the goods."""

    party: str
    """GLN."""
    since: datetime
    """When they were handed to it, or when it first speaks of them."""
    given_by: str | None
    """Who names it as receiver; None where nobody does."""
    confirmed_at: datetime | None
    """When it first speaks of them itself; None where it never did."""
    handed_to: str | None = None
    """Whom it named last as receiver."""
    until: datetime | None = None
    """When that was; it may have kept a part."""


def holdings(events: Iterable[TracedEvent]) -> tuple[Holding, ...]:
    """By when each came to hold them; `events` by time. Claims, looks, rooms and sensors hold nothing."""
    held: dict[str, Holding] = {}
    for each in events:
        if not _tells(each):
            continue
        party, at = each.submitter, each.event.event_time
        mine = held.get(party) or Holding(party, at, None, at)
        held[party] = replace(mine, confirmed_at=mine.confirmed_at or at)
        # An event may name ten thousand items: their names are read only where they are wanted.
        receivers = words_of(each.event).receivers if "destinationList" in each.event.body else ()
        for receiver in receivers:
            if receiver != party:
                held[party] = replace(held[party], handed_to=receiver, until=at)
                held.setdefault(receiver, Holding(receiver, at, party, None))
    return tuple(held.values())


def _tells(each: TracedEvent) -> bool:
    if each.claimed or each.voided or each.grade in (Grade.DEVICE, Grade.SIGNED_DEVICE):
        return False
    is_seen = each.event.kind == "ObjectEvent" and each.event.body.get("action") == "OBSERVE"
    return each.event.kind != "AssociationEvent" and not (is_seen and each.event.step in LOOKING)
