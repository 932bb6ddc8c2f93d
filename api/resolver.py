"""Decides what the code on a thing leads to: another's page, our own, its links, or nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.deps import Ledger
from traceability.errors import Unknown
from traceability.gs1.digital_link import DigitalLink
from traceability.gs1.quoting import quoted
from traceability.gs1.resolver.choose import Wishes, best, best_default
from traceability.gs1.resolver.forward import forwarded, without_context
from traceability.gs1.resolver.levels import levels
from traceability.gs1.resolver.registration import Registration
from traceability.gs1.resolver.vocabulary import DEFAULT, LINKSET, local_name
from traceability.ledger.trace import Trace

Implied = Callable[[str], Registration]
"""The links of goods that we hold, by their canonical Digital Link: our page of them and what hangs on it."""

_PAGES = ("https://id.gs1.org/01/", "https://id.gs1.org/00/")
"""Of such things we have pages."""


@dataclass(frozen=True, slots=True)
class Asked:
    link: DigitalLink
    query: bytes
    """As it came, for whoever people are sent on to."""
    wishes: Wishes
    link_type: str | None = None
    """As it was written: gs1:name, a whole address, "linkset"."""
    linkset: bool = False
    """By an Accept header."""
    ours: bool = False
    """By a word of our own pages alone (`format`, `room`): ours is meant, whatever else is registered."""


@dataclass(frozen=True, slots=True)
class Redirect:
    to: str


@dataclass(frozen=True, slots=True)
class OwnPage:
    subject: str
    """Canonical Digital Link of what we hold: what was asked for, or the most specific thing above it."""
    instead_of: str | None = None
    """The registered page that it stands before, since the goods are recalled."""


@dataclass(frozen=True, slots=True)
class Linkset:
    of: tuple[Registration, ...]
    """The most specific first."""
    undecided: bool = False
    """Whether these are the links between which the request does not decide."""


Decision = Redirect | OwnPage | Linkset


def decide(asked: Asked, ledger: Ledger, implied: Implied) -> Decision:
    """What to answer; the same for everybody who asks alike.

    It depends on the request (path, query, Accept, Accept-Language), on `ledger.links`, whose `revision` is
    another one after each change, on which of the names over the path `ledger.holds`: the first event that
    names one may change it; and on whether what is held there is recalled. Without a link type `implied` is
    not called.
    Raises `Unknown`; `NeverActivated` or `CodeWithdrawn` for an item's code that we made and is on no goods.
    """
    names = levels(asked.link.path)
    registered = ledger.links.registered(names)
    if asked.linkset or asked.link_type in LINKSET:
        found = tuple(_linked(names, registered, ledger, implied))
        if found:
            return Linkset(found)
    elif asked.ours and (held := [name for name in names if _is_held(name, ledger)]):
        return OwnPage(held[0])
    elif asked.link_type:
        return _of_type(asked, _linked(names, registered, ledger, implied))
    elif decision := _default(asked, names, registered, ledger):
        return decision
    raise Unknown(f"we hold no event for {names[0]}, and nobody has registered a link for it")


def _default(
    asked: Asked, names: Sequence[str], registered: Mapping[str, Registration], ledger: Ledger
) -> Decision | None:
    """The most specific default, ours after a registered one; but a recall is seen before any other page."""
    ours = next((place for place, name in enumerate(names) if _is_held(name, ledger)), None)
    before = names if ours is None else names[: ours + 1]
    defaults = (best_default(registered[name], asked.wishes) for name in before if name in registered)
    link = next(filter(None, defaults), None)
    if link is not None and (ours is None or not _is_recalled(ledger.trace(names[ours]))):
        return Redirect(forwarded(link.href, asked.query))
    return None if ours is None else OwnPage(names[ours], link.href if link else None)


def _is_recalled(trace: Trace) -> bool:
    return any(each.holds for each in trace.recalls)


def _is_held(name: str, ledger: Ledger) -> bool:
    # Of a code that is on no goods this raises: nothing above it answers in its place.
    return name.startswith(_PAGES) and ledger.holds(name)


def _linked(
    names: Sequence[str], registered: Mapping[str, Registration], ledger: Ledger, implied: Implied
) -> Iterator[Registration]:
    """All links of each name that has any, the most specific first: the owner's before ours."""
    for name in names:
        owners = registered.get(name)
        if not _is_held(name, ledger):
            if owners is not None:
                yield owners
            continue
        ours = implied(name)
        if owners is None:
            yield ours
        else:
            has_default = owners.default is not None
            links = [each for each in ours.links if not (has_default and each.type == DEFAULT)]
            yield Registration(name, owners.description, (*owners.links, *links))


def _of_type(asked: Asked, linked: Iterator[Registration]) -> Decision:
    wanted = local_name(asked.link_type or "")
    if wanted is None:
        raise Unknown(f"{quoted(asked.link_type or '')} is no link type of the GS1 Web Vocabulary")
    for each in linked:
        links = best(each.of_type(wanted), asked.wishes)
        if len(links) == 1:
            acted_on = asked.wishes.is_in(links[0])
            query = without_context(asked.query) if acted_on else asked.query
            return Redirect(forwarded(links[0].href, query))
        if links:
            return Linkset((Registration(each.anchor, each.description, links),), undecided=True)
    raise Unknown(f"there is no link of type gs1:{wanted} here; ?linkType=linkset shows those that there are")
