"""Reads from the events of a trace in which live rooms its lot was shown on air."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from traceability.epcis.vocabulary import SHOWING_STEP, SHOWN_ON_AIR
from traceability.gs1 import digital_link
from traceability.ledger.holding import holdings
from traceability.ledger.trace import TracedEvent


@dataclass(frozen=True, slots=True)
class Showing:
    """That a live room showed a lot: the word of this system, in the name of the room's party."""

    key: str
    """Of the event that says so."""
    at: datetime
    """When it was first on air there."""
    lot: str
    """Canonical Digital Link."""
    room: str
    """`urn:uuid:...`."""
    room_code: str
    offer_code: str
    title: str
    """Hostile; empty where the log could not bear it."""
    party: str
    """GLN."""
    registered: str
    """What the operator registered the party as; empty if it did not."""
    by_holder: bool
    """Whether that party held the goods at some time."""


def showings(subject: str, events: Sequence[TracedEvent]) -> tuple[Showing, ...]:
    """Of the lot itself, or that an item is of: each offer of each room once, the newest first.

    Rooms of whoever held the goods come before all others, which strangers could make any number of. What
    the goods were made from was another lot, and is not told here.
    """
    first: dict[tuple[str, str], Showing] = {}
    held = {each.party for each in holdings(events)}
    shown = (showing for each in events if not each.voided for showing in _shown(each, held))
    found = [each for each in shown if _is_of(subject, each)]
    for each in sorted(found, key=lambda shown: (shown.at, shown.key)):
        first.setdefault((each.room, each.offer_code), each)
    newest_first = [*reversed(first.values())]
    return tuple(sorted(newest_first, key=lambda shown: not shown.by_holder))


def _shown(traced: TracedEvent, held: Container[str]) -> Iterator[Showing]:
    event = traced.event
    match event.body.get(SHOWN_ON_AIR):
        case {
            "guoji:room": str(room),
            "guoji:roomCode": str(code),
            "guoji:offerCode": str(offer),
            **more,
        } if event.step == SHOWING_STEP:
            title = more.get("guoji:title")
            for lot in event.identifiers_by_role()["class"]:
                yield Showing(
                    traced.key,
                    event.event_time,
                    lot,
                    room,
                    code,
                    offer,
                    title if isinstance(title, str) else "",
                    traced.submitter,
                    traced.registered,
                    traced.submitter in held,
                )


def _is_of(subject: str, shown: Showing) -> bool:
    if shown.lot == subject:
        return True
    path = dict(digital_link.parse(subject).path)
    return "21" in path and shown.lot.startswith(f"{digital_link.product(path['01'])}/10/")
