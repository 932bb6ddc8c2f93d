"""Who may say what: of events that somebody sends, those that their sender may not capture."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from traceability.epcis.event import Event, Role
from traceability.epcis.validate import Fault, refuse
from traceability.errors import NotAuthorised
from traceability.gs1.company_prefix import prefixed
from traceability.ledger.grant import Grant
from traceability.ledger.over_issue import OverIssue
from traceability.ledger.parties import Parties, may_recall
from traceability.ledger.ports import StoredEvent
from traceability.proof.records import begun, first_makers, made
from traceability.proof.told import Told, Words, parts_of, words_of

GOODS: tuple[Role, ...] = ("epc", "class", "parent", "child", "input", "output")
_UNIT, _DEVICE = "https://id.gs1.org/00/", "https://id.gs1.org/8004/"


class Held(Protocol):
    """What is asked of the events that are kept: few questions for any number of new ones."""

    def submitters_of(self, event_hashes: Collection[str]) -> Mapping[str, Collection[str]]:
        """Which parties (GLN) captured events with these hashes, by hash; a hash not held is not there."""

    def mentioning(self, identifiers: Iterable[str]) -> list[StoredEvent]:
        """As `EventStore.mentioning`."""

    def telling(self, identifiers: Iterable[str]) -> Mapping[str, Sequence[Told]]:
        """As `Telling`."""


@dataclass(frozen=True, slots=True)
class Known:
    """What decides about some events, as it is registered and held at one moment."""

    parties: Parties
    submitters: Mapping[str, Collection[str]]
    """GLNs by event hash, for those that are declared wrong."""
    makers: Mapping[str, str]
    """Who was the first to make the goods whose recall is spoken of."""
    parts: Mapping[str, Collection[str]]
    """Goods of the sender's transformations that it goes on with, by transformationID; for limited tokens."""


@dataclass(frozen=True, slots=True)
class Permission:
    register: Callable[[], Parties]
    held: Held
    issue: OverIssue | None = None
    """None where codes may be given to more goods than there are; the balance finds it all the same."""

    def refusals(self, events: Sequence[Event], grant: Grant) -> list[list[Fault]]:
        """For each event why the holder of a grant may not capture it.

        Raises `NotAuthorised` if the grant names no party.
        """
        known = self._known(events, grant)
        refused = [
            [Fault((), reason, is_refusal=True) for reason in reasons(event, grant, known)]
            for event in events
        ]
        if self.issue is None:
            return refused
        too_many = self.issue.faults(events, grant.submitter)
        return [faults + more for faults, more in zip(refused, too_many, strict=True)]

    def check(self, events: Sequence[Event], grant: Grant) -> None:
        """Raises `NotAuthorised` if the holder of a grant may not capture one of them."""
        refuse(list(chain.from_iterable(self.refusals(events, grant))))

    def _known(self, events: Sequence[Event], grant: Grant) -> Known:
        sender = grant.submitter
        wrong = {event.hash().uri for event in events if "errorDeclaration" in event.body}
        held = self.held.submitters_of(wrong) if wrong else {}
        submitters = {uri: set(held.get(uri, ())) for uri in wrong}
        recalled = {name for event in events if speaks_of_recall(event) for name in _named(event, GOODS)}
        makers = first_makers(self.held.mentioning(recalled)) if recalled else {}
        for event in events:
            # What stands in the same document counts, in whatever order.
            if "errorDeclaration" in event.body:
                continue
            if wrong and event.hash().uri in wrong:
                submitters[event.hash().uri].add(sender)
            for goods, maker in begun(event, sender) if recalled else ():
                makers.setdefault(goods, maker)
        return Known(self.register(), submitters, makers, self._parts(events, sender) if grant.about else {})

    def _parts(self, events: Sequence[Event], sender: str) -> Mapping[str, Collection[str]]:
        shared = {each for each in (words_of(event).transformation for event in events) if each}
        told = self.held.telling(map(parts_of, shared))
        return {
            each: {
                name
                for part in told.get(parts_of(each), ())
                if part.submitter == sender
                for name in _goods(part.words)
            }
            for each in shared
        }


def reasons(event: Event, grant: Grant, known: Known) -> Iterator[str]:
    """Why the holder of a grant, which names a party, may not capture an event; nothing if it may."""
    if grant.about:
        yield from _not_about(event, grant.about, known)
    for name in _coming_into_being(event):
        if not known.parties.may_make(grant.submitter, name):
            owner = known.parties.owner_of(name)
            yield f"{name} is of party {owner}: only it, and who makes goods for it, brings it into being"
    if "errorDeclaration" in event.body:
        yield from _not_to_void(event, grant, known.submitters[event.hash().uri])
    if speaks_of_recall(event):
        try:
            may_recall(known.parties, grant.submitter, _named(event, GOODS), known.makers)
        except NotAuthorised as error:
            yield str(error)


def speaks_of_recall(event: Event) -> bool:
    """Whether it says that goods are recalled, or are so no more."""
    lasting = event.body.get("persistentDisposition")
    parts = [lasting.get(part) for part in ("set", "unset")] if isinstance(lasting, Mapping) else []
    return any("recalled" in event.words(stated) for stated in (event.body.get("disposition"), *parts))


def _not_to_void(event: Event, grant: Grant, submitters: Collection[str]) -> Iterator[str]:
    if grant.submitter in submitters:
        return
    wrong = f"the event that it declares wrong, {event.hash().uri},"
    if grant.reads == "own":  # it is told the same, whether others captured it or nobody did
        yield f"{wrong} was not captured by your party: only its submitter may void it"
    elif submitters:
        others = ", ".join(sorted(submitters))
        yield f"{wrong} was captured by party {others}: only its submitter may void it"


def _not_about(event: Event, about: Sequence[str], known: Known) -> Iterator[str]:
    words = words_of(event)
    named = {*_goods(words), *words.roles["place"]}
    if not named:
        yield "it names no goods and no place, and the token is for some of them alone"
    for name in sorted(named.union(known.parts.get(words.transformation or "", ()))):
        if not (prefixed(name) or "").startswith(tuple(about)):
            yield f"the token is for keys that begin with {' or '.join(about)}, and {name[:200]} does not"
    if speaks_of_recall(event):
        yield "a recall reaches whatever became of the goods, and the token is for some keys alone"


def _goods(words: Words) -> set[str]:
    """Also the lot that they are of. One's own logger goes with whatever goods it is fitted on."""
    named = {name for role in GOODS for name in words.roles[role] if not name.startswith(_DEVICE)}
    return named | {words.lot} if words.lot else named


def _coming_into_being(event: Event) -> Iterator[str]:
    yield from made(event)
    if (event.kind, event.body.get("action")) == ("AggregationEvent", "ADD"):
        # An SSCC is of whoever packed the unit. Others' assets, such as crates, anybody may fill.
        yield from (name for name in _named(event, ("parent",)) if name.startswith(_UNIT))


def _named(event: Event, roles: Sequence[Role]) -> list[str]:
    found = event.identifiers_by_role()
    return [name for role in roles for name in found[role]]
