"""Which devices' readings apply to goods, and for which time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from traceability.ledger.extensions import growing_since
from traceability.ledger.history import ALWAYS, FOREVER, History, Mentioning, Span, Told, taken_out


@dataclass(frozen=True, slots=True)
class Attachment:
    """A device whose readings apply to the subject, for the time they do."""

    device: str
    """Canonical Digital Link (8004)."""
    span: Span
    cold_chain: bool
    """On the goods, or where they stood after harvest; otherwise it stood where they grew."""
    fitted_by: str
    """GLN of the party that says so."""


def attachments(
    events: Sequence[Told], goods: Iterable[tuple[str, Span]], mentioning: Mentioning
) -> Iterator[Attachment]:
    """Devices on the goods themselves, where they grew, and where they stood since."""
    where = [(identifier, span, True) for identifier, span in goods]
    where += list(_places(events))
    installed = History(mentioning({identifier for identifier, _, _ in where}))
    for identifier, span, cold_chain in where:
        for device, fitted, by in fitted_on(identifier, installed.of(identifier, Span())):
            common = fitted.cut(span)
            if common is not None:
                yield Attachment(device, common, cold_chain, by)


def _places(events: Sequence[Told]) -> Iterator[tuple[str, Span, bool]]:
    """Where the goods grew, up to the harvest; and each place of storage, until they were seen elsewhere."""
    for position, told in enumerate(events):
        event = told.stored.event
        for place in told.roles["place"]:
            if event.is_harvest:
                yield place, Span(growing_since(event) or ALWAYS, told.at), False
            elif event.body.get("bizStep") in ("storing", "stocking"):
                left = (each.at for each in events[position + 1 :] if place not in each.roles["place"])
                yield place, Span(told.at, next(left, FOREVER)), True


def fitted_on(bearer: str, history: Sequence[Told]) -> Iterator[tuple[str, Span, str]]:
    """Devices that a party put on `bearer`, each until that same party took it off."""
    for position, told in enumerate(history):
        if not told.counts or told.kind != "AssociationEvent" or told.action != "ADD":
            continue
        by = told.stored.submitter
        later = [each for each in history[position + 1 :] if each.stored.submitter == by]
        for device in told.roles["child"] if bearer in told.roles["parent"] else ():
            end = taken_out(device, bearer, later, "AssociationEvent") or FOREVER
            yield device, Span(told.at, end), by
