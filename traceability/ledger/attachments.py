"""Which devices' readings apply to goods, and for which time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from traceability.ledger.extensions import moment
from traceability.ledger.seen import SHIPPING
from traceability.proof.custody import Custody
from traceability.proof.history import ALWAYS, FOREVER, History, Span, taken_out
from traceability.proof.told import Told, fittings_of


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


class Bearer(Protocol):
    """Goods that may bear devices."""

    @property
    def identifier(self) -> str: ...
    @property
    def span(self) -> Span: ...
    @property
    def packing(self) -> Told | None:
        """Of a container: by which event what is in it came there."""


def attachments(
    events: Sequence[Told], goods: Iterable[Bearer], history: History, custody: Custody
) -> Iterator[Attachment]:
    """Devices on the goods themselves, where they grew, and where they stood since."""
    where = [((each.identifier, each.packing), each.span, True) for each in goods]
    where += [((place, None), span, cold) for place, span, cold in reversed(list(_places(events)))]
    bearers = {bearer for bearer, _, _ in where}
    history.learn([fittings_of(identifier) for identifier, _ in bearers])
    fitted = {bearer: list(_fittings(*bearer, history, custody)) for bearer in bearers}
    for bearer, span, cold_chain in where:
        for device, on, by in fitted[bearer]:
            common = on.cut(span)
            if common is not None:
                yield Attachment(device, common, cold_chain, by)


def _fittings(
    bearer: str, packing: Told | None, history: History, custody: Custody
) -> Iterator[tuple[str, Span, str]]:
    return fitted_on(bearer, custody.standing(history.counting(fittings_of(bearer)), bearer, packing))


def _places(events: Sequence[Told]) -> Iterator[tuple[str, Span, bool]]:
    """Where the goods grew, up to the harvest; and each place of storage, until they were seen elsewhere."""
    until: dict[str, Told | None] = {}
    """For each place of the event after: by which event the goods were next seen elsewhere."""
    since: dict[str, Told] = {}
    """For each of those that was one of storage by then: from which event on."""
    later: Told | None = None
    where = ""
    for told in reversed(events):
        if _is_nowhere(told):
            continue
        if told.places != where:
            where, here = told.places, told.places.split()
            yield from ((each, _stay(since.pop(each), until[each]), True) for each in {*since} - {*here})
            until = {place: until.get(place, later) for place in here}
        later = told
        if told.is_stored:
            since |= dict.fromkeys(until, told)
        elif told.leads_on and told.words.is_harvest:
            grown = Span(moment(told.words.growing_since) or ALWAYS, told.at)
            yield from ((place, grown, False) for place in until)
    yield from ((place, _stay(start, until[place]), True) for place, start in since.items())


def _is_nowhere(told: Told) -> bool:
    """A recall, or that a lot was on air: it names no place, so the goods are where they were."""
    is_seen = told.words.kind == "ObjectEvent" and told.words.action == "OBSERVE"
    return is_seen and not told.places and told.words.step not in SHIPPING


def _stay(first: Told, later: Told | None) -> Span:
    return Span(first.at, later.at if later else FOREVER)


def fitted_on(bearer: str, history: Sequence[Told]) -> Iterator[tuple[str, Span, str]]:
    """Devices that a party put on `bearer`, each until that same party took it off."""
    fittings = [each for each in history if each.words.kind == "AssociationEvent"]
    for position, told in enumerate(fittings):
        words, by = told.words, told.submitter
        if words.action != "ADD" or bearer not in words.roles["parent"]:
            continue
        later = [each for each in fittings[position + 1 :] if each.submitter == by]
        for device in words.roles["child"]:
            yield device, _stay(told, taken_out(device, bearer, later, "AssociationEvent")), by
