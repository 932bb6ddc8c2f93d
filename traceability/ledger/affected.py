"""What a recall touches: all that became of the goods, who has it now, and how much is accounted for."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import partial

from traceability.epcis.event import canonical
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.ledger.ports import StoredEvent
from traceability.proof.books import ENDINGS, SHIPPING, Books
from traceability.proof.kinship import Kinship, is_lot
from traceability.proof.quantity import quantities
from traceability.proof.recalls import notices
from traceability.proof.records import standing

_GONE = (*ENDINGS, "decommissioning")
_DESTROYED = ("destroying", "decommissioning")
_PARTIES = ("possessing_party", "owning_party", "location")
"""Destinations that say who has the goods next, the best first."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Goods for which the recall holds, or a container that some of them lay in, as last recorded."""

    goods: str
    """Canonical Digital Link."""
    kind: str
    """ "lot", "item" or "sscc"; anything else is a returnable container."""
    holder: str
    """GLN of whoever has it: it recorded it last, or was named there as the next to have it."""
    seen_at: datetime
    step: str
    """The business step that was recorded last; of a lot some may have gone another way."""
    place: str
    """Where that was, as a canonical Digital Link; "" where nobody says."""
    is_claimed: bool
    """Whether nobody handed it to the party whose word this is."""

    @property
    def is_gone(self) -> bool:
        """Whether it is sold, destroyed or used up: of a lot, nobody can say so by one event."""
        return self.kind != "lot" and self.step in _GONE and not self.is_claimed

    @property
    def is_destroyed(self) -> bool:
        return self.is_gone and self.step in _DESTROYED


@dataclass(frozen=True, slots=True)
class Amount:
    """Of the recalled lot, in one unit (UNECE Rec 20)."""

    unit: str
    had: Fraction
    accounted: Fraction
    """Recorded as packed, labelled, shipped, sold, destroyed or lost; what is left should still be where it
    was made."""
    destroyed: Fraction


@dataclass(frozen=True, slots=True)
class Affected:
    subject: str
    reached: tuple[Reached, ...]
    """The subject first, then by identifier."""
    parties: tuple[str, ...]
    """GLNs of everybody who has some of it, or through whose hands it went."""
    amounts: tuple[Amount, ...]
    """None where no amount is recorded."""
    events: int
    """How many were followed."""
    is_cut: bool
    """Whether it goes further than is followed: then goods are missing here."""


def affected(
    subject: str, descended: Sequence[StoredEvent], claimed: Collection[str] = (), *, is_cut: bool = False
) -> Affected:
    """By the events of the descent of `subject`; what lay beside it is in none of the answers.

    `claimed` are the keys of events by parties that nobody handed the goods to. In a recall their word is
    followed too, better one too many, and marked; but nothing is gone by it, and no amount.
    """
    records = sorted(standing(descended), key=lambda each: (each.event.event_time, each.key))
    kinship = Kinship(records)
    names = kinship.reached_from(subject)
    last: dict[str, int] = {}
    parties: set[str] = set()
    for number, each in enumerate(records):
        touched = names & {mention.identifier for mention in each.event.identifiers()}
        # A hold or a release says nothing of where the goods are.
        if touched and next(notices(each), None) is None:
            last |= dict.fromkeys(touched, number)
            parties.update(_hands(each))
    seen = {number: _seen(records[number], claimed) for number in set(last.values())}
    ordered = sorted(last, key=lambda name: (name != subject, name))
    return Affected(
        subject,
        tuple(seen[_last_of(name, last, kinship)](name, _kind(name)) for name in ordered),
        tuple(sorted(parties)),
        tuple(_amounts(subject, names, [each for each in records if each.key not in claimed])),
        len(descended),
        is_cut,
    )


def _last_of(name: str, last: Mapping[str, int], kinship: Kinship) -> int:
    """A lot lies in many places at once; anything else is where the outermost container went."""
    carrying = [name] if is_lot(name) else kinship.lying_in(name)
    return max(last[each] for each in carrying if each in last)


def _seen(record: StoredEvent, claimed: Collection[str]) -> Callable[[str, str], Reached]:
    """What a record says of all goods that it was the last to be about."""
    return partial(
        Reached,
        holder=_next_holder(record) or record.submitter,
        seen_at=record.event.event_time,
        step=record.event.step or record.event.kind,
        place=next(iter(record.event.identifiers_by_role()["place"]), ""),
        is_claimed=record.key in claimed,
    )


def _kind(name: str) -> str:
    if is_lot(name):
        return "lot"
    if "/21/" in name:
        return "item"
    return "sscc" if name.startswith(f"{CANONICAL_STEM}/00/") else "other"


def _next_holder(record: StoredEvent) -> str | None:
    """Whom a shipment goes to, as whoever shipped it says."""
    if record.event.step not in SHIPPING:
        return None
    listed = record.event.body.get("destinationList")
    found = {
        each["type"]: party
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and isinstance(each.get("type"), str)
        for party in [_gln(each.get("destination"))]
        if party is not None
    }
    return next((found[kind] for kind in _PARTIES if kind in found), None)


def _hands(record: StoredEvent) -> Iterator[str]:
    yield record.submitter
    roles = record.event.identifiers_by_role()
    for each in (*roles["source"], *roles["destination"]):
        party = _gln(each)
        if party is not None:
            yield party


def _gln(identifier: object) -> str | None:
    """Of a party, or of a place of it."""
    parts = canonical(identifier).split("/") if isinstance(identifier, str) else []
    return parts[4] if len(parts) > 4 and parts[3] in ("417", "414") else None


def _amounts(subject: str, names: set[str], records: Sequence[StoredEvent]) -> Iterator[Amount]:
    books = Books(records)
    for account in books.accounts.values():
        if account.lot == subject and account.had:
            ours = [
                each for each in books.accounts.values() if each.lot in names and each.unit == account.unit
            ]
            left = sum((max(each.left, Fraction(0)) for each in ours), Fraction(0))
            yield Amount(
                account.unit,
                account.had,
                max(account.had - left, Fraction(0)),
                _destroyed(names, account.unit, records),
            )


def _destroyed(names: set[str], unit: str, records: Sequence[StoredEvent]) -> Fraction:
    """By weight or count; items and containers that were destroyed are counted by themselves."""
    return sum(
        (
            quantity.amount
            for each in records
            if each.event.step == "destroying"
            for quantity in quantities(each.event.body, "quantityList")
            if quantity.lot in names and quantity.unit == unit and quantity.amount is not None
        ),
        Fraction(0),
    )
