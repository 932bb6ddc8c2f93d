"""Links that brand owners register for their keys: who may change them, and what a code led to on a day."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.gs1.company_prefix import prefixed
from traceability.gs1.quoting import quoted
from traceability.gs1.resolver.link import Link, leads_to_code
from traceability.gs1.resolver.registration import (
    Registration,
    entry_level,
    with_link,
    without_links_to,
)
from traceability.ledger.grant import ADMIN, Grant
from traceability.ledger.links_first import First, Firsts
from traceability.ledger.parties import Register

OPERATOR = ""
"""Who changes links at the command line."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was registered for an anchor from a moment on, until its next change."""

    anchor: str
    registration: Registration | None
    """None: from then on nothing."""
    by: str
    """GLN of the party, or `OPERATOR`."""
    at_ms: int


class LinkStore(Protocol):
    """All changes, which are only added to; the newest of an anchor says what is registered."""

    def keep(self, changes: Sequence[Change], allowed: Callable[[Mapping[str, Change]], None]) -> None:
        """Add all of `changes`, or none, in one durable commit.

        Before, `allowed` is called with the first change ever of their anchors and of the entry levels of
        these, and raises to refuse; nothing comes between. Raises `InvalidInput` where `check_top` does.
        """

    def newest(self, anchors: Collection[str]) -> Mapping[str, Change]:
        """What is registered now, by anchor; an anchor without links is not there."""

    def all(self) -> list[Change]:
        """What is registered now, by anchor."""

    def history(self, anchor: str) -> list[Change]:
        """All changes of an anchor, oldest first."""

    def revision(self) -> int:
        """A greater number whenever anything was changed since; cheap to ask."""


def check_top(top: str, registered: Registration | None, has_finer: bool) -> None:
    """Check that each URI under an entry level has a default link (resolver 2.5.9). Raises `InvalidInput`."""
    if (registered is not None or has_finer) and (registered is None or registered.default is None):
        raise InvalidInput(
            f"{top} has no gs1:defaultLink: it needs one first, for as long as anything finer has links"
        )


def check_leads_away(registration: Registration, root: str) -> None:
    """Raises `InvalidInput` for a link to a code at our own address: it might lead round in a circle."""
    for link in registration.links:
        if leads_to_code(link.href, root):
            raise InvalidInput(
                f"{registration.path}: href {quoted(link.href)} is a code at this very address, which may "
                "lead back: want an address elsewhere. Our own page of goods needs no link"
            )


@dataclass(frozen=True, slots=True)
class Links:
    store: LinkStore
    parties: Callable[[], Register]
    makers: Firsts
    root: str
    """Our own address, under which all codes are answered."""
    now_ms: Callable[[], int]

    def registered(self, anchors: Collection[str]) -> Mapping[str, Registration]:
        """By anchor; what has no links is not there. Another `revision` says that it may be different now."""
        newest = self.store.newest(anchors)
        return {anchor: change.registration for anchor, change in newest.items() if change.registration}

    def revision(self) -> int:
        return self.store.revision()

    def put(self, registrations: Sequence[Registration], grant: Grant | None = None) -> None:
        """Register links in the place of those that the anchors have; all or none.

        No grant is the operator's. Raises `NotAuthorised`, and `InvalidInput` also for a link that leads to a
        code here.
        """
        for each in registrations:
            check_leads_away(each, self.root)
        by, now = OPERATOR if grant is None else grant.submitter, self.now_ms()
        self._keep([Change(each.anchor, each, by, now) for each in registrations], grant)

    def add(self, anchor: str, description: str, link: Link, grant: Grant | None = None) -> None:
        """Register one link beside those that there are; an empty description leaves it. Raises as `put`."""
        held = self.registered([anchor]).get(anchor) or Registration(anchor, "", ())
        if not (description or held.description):
            raise InvalidInput(f"{held.path} is new here: say with a description what it is")
        self.put([with_link(replace(held, description=description or held.description), link)], grant)

    def remove(
        self, anchor: str, href: str | None = None, name: str | None = None, grant: Grant | None = None
    ) -> None:
        """Those links that lead to `href`, of type `name` or any; or all. Raises as `put`, and `Unknown`."""
        held = self.registered([anchor]).get(anchor)
        if held is None:
            raise Unknown(f"no links are registered for {anchor}")
        left = None if href is None else without_links_to(held, href, name)
        by = OPERATOR if grant is None else grant.submitter
        self._keep([Change(anchor, left, by, self.now_ms())], grant)

    def history(self, anchor: str) -> list[Change]:
        """Raises `Unknown` if nothing was ever registered."""
        found = self.store.history(anchor)
        if not found:
            raise Unknown(f"no links were ever registered for {anchor}")
        return found

    def listed(self, grant: Grant) -> list[Change]:
        """What its party may change; all for administrators, and for who reads all and is of no party.

        Raises `NotAuthorised` for who reads a party's own and is of none.
        """
        if grant.role == ADMIN or (grant.party is None and grant.reads == "all"):
            return self.store.all()
        party, register = grant.submitter, self.parties()
        return [each for each in self.store.all() if party in (each.by, register.owner_of(each.anchor))]

    def _keep(self, changes: Sequence[Change], grant: Grant | None) -> None:
        if grant is None:
            self.store.keep(changes, lambda _: None)
            return
        register, anchors = self.parties(), [each.anchor for each in changes]
        nobodys = {name for name in anchors if register.owner_of(name) is None}
        makers = self.makers(nobodys | set(map(entry_level, nobodys)))

        def allowed(changed: Mapping[str, Change]) -> None:
            first = {name: First(each.at_ms, each.by) for name, each in changed.items()}
            for name, maker in makers.items():
                if name not in first or maker.at_ms <= first[name].at_ms:
                    first[name] = maker
            for anchor in anchors:
                check_may_change(anchor, grant, register, first)

        self.store.keep(changes, allowed)


def check_may_change(anchor: str, grant: Grant, register: Register, first: Mapping[str, First]) -> None:
    """Check that the holder of a grant may say where a code leads. Raises `NotAuthorised`.

    Under a registered prefix its owner alone. Under none whoever was `first` with the key itself, to make it,
    to issue codes for it or to register links; where nobody was, with its entry level.
    """
    if grant.about and not (prefixed(anchor) or "").startswith(grant.about):
        raise NotAuthorised(f"the token is for keys that begin with {' or '.join(grant.about)}, not {anchor}")
    owner = register.owner_of(anchor)
    if owner is not None:
        if owner != grant.submitter:
            raise NotAuthorised(f"{anchor} is of party {owner}: only it says where the code leads")
        return
    for name in (anchor, entry_level(anchor)):
        if name in first:
            _check_first(name, first[name], grant.submitter)
            return


def _check_first(name: str, first: First, party: str) -> None:
    if first.by != party:
        whose = f"party {first.by}" if first.by else "the operator"
        raise NotAuthorised(
            f"{name} is under no registered prefix, and {whose} was the first to make it, to issue codes for "
            "it or to register links: only it says where the code leads"
        )
