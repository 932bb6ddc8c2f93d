"""What a recall touches: all that became of the goods, who has it now, and how much is accounted for."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from traceability.epcis.event import canonical
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.ledger.descent import Descent
from traceability.ledger.ports import StoredEvent
from traceability.ledger.shares import shares
from traceability.proof.books import ENDINGS, SHIPPING, Books
from traceability.proof.kinship import Kinship, at_recall, is_lot
from traceability.proof.quantity import quantities
from traceability.proof.recalls import is_of_a_recall
from traceability.proof.records import standing
from traceability.proof.spelling import plain

_GONE = (*ENDINGS, "decommissioning")
_DESTROYED = ("destroying", "decommissioning")
_PARTIES = ("possessing_party", "owning_party", "location")
"""Destinations that say who has the goods next, the best first."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Goods for which the recall holds, or a container that some of them lay in, as last recorded.

    A lot has one for each party that has some of it.
    """

    goods: str
    """Canonical Digital Link."""
    kind: str
    """ "lot", "item" or "sscc"; anything else is a returnable container."""
    holder: str
    """GLN of whoever has it: it recorded it last, or was named there as the next to have it."""
    seen_at: datetime
    step: str
    """The business step that was recorded last."""
    place: str
    """Where that was, as a canonical Digital Link; "" where nobody says."""
    is_claimed: bool
    """Whether nobody handed it to the party whose word this is."""
    left: Mapping[str, Fraction] | None = None
    """Of a lot, by unit how much the holder should have; None where it may have some, however much."""

    @property
    def is_gone(self) -> bool:
        """Whether it is sold, destroyed or used up: of a lot, whether amounts prove that none is left."""
        if self.kind == "lot":
            return self.left is not None and not any(self.left.values())
        return self.step in _GONE and not self.is_claimed

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
    made_into: Fraction
    """Of what is left, how much is in lots that were made of it; the rest is the lot itself."""


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

    def with_party(self, gln: str) -> list[Reached]:
        """What it has or may have; of what went through its hands, nothing that is gone or elsewhere."""
        return [each for each in self.reached if each.holder == gln and not each.is_gone]


def amounts_of(reached: Sequence[Reached]) -> tuple[Mapping[str, Fraction], bool]:
    """How much of lots that is by unit, as far as it is known, and whether that is all."""
    lots = [each.left for each in reached if each.kind == "lot"]
    known: defaultdict[str, Fraction] = defaultdict(Fraction)
    for unit, amount in [pair for left in lots if left is not None for pair in left.items()]:
        known[unit] += amount
    return {unit: known[unit] for unit in sorted(known) if known[unit]}, None not in lots


def affected(
    subject: str, found: Descent, descended: Sequence[StoredEvent], until_ms: int | None = None
) -> Affected:
    """By the events `descended` of the descent of `subject`; what lay beside it is in none of the answers.

    By parties that nobody handed the goods to, it is followed too, better one too many, and marked; but
    nothing is gone by their word, and no amount. With `until_ms`, what was declared wrong from that moment on
    leads on as well, and takes nothing away.
    """
    told = at_recall(found.told, until_ms)
    kinship, followed = Kinship(told), {each.key for each in told}
    names = kinship.reached_from(subject)
    # A hold or a release says nothing of where the goods are.
    records = [each for each in descended if each.key in followed and not is_of_a_recall(each)]
    believed = [each for each in standing(descended) if each.key not in found.claimed]
    seen, parties = _Seen(kinship, found.claimed, {each.key for each in believed}), set[str]()
    for each in records:
        touched = names & {mention.identifier for mention in each.event.identifiers()}
        for name in touched:
            seen.records[plain(name)].append((each, name))
        parties.update(_hands(each) if touched else ())
    ordered = sorted(seen.records, key=lambda name: (name != plain(subject), name))
    return Affected(
        subject,
        tuple(reached for name in ordered for reached in seen.reached(name)),
        tuple(sorted(parties)),
        tuple(_amounts(subject, names, believed)),
        len(descended),
        found.is_cut,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    kinship: Kinship
    claimed: Collection[str]
    believed: Collection[str]
    """Keys of events that stand for good, by parties that held the goods."""
    records: defaultdict[str, list[tuple[StoredEvent, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By plain name, oldest first, each with how it spells that."""

    def reached(self, name: str) -> Iterator[Reached]:
        """A lot lies in many places at once; anything else is where the outermost container went."""
        own, (_, spelling) = [each for each, _ in self.records[name]], self.records[name][-1]
        if is_lot(name):
            for party, share in sorted(shares(own, self.claimed, self.believed, name).items()):
                yield replace(
                    self._as_in(share.last, spelling, party), is_claimed=share.is_claimed, left=share.left
                )
            return
        boxes = self.kinship.lying_in(name)
        newest = max((self.records[box][-1][0] for box in boxes if box in self.records), key=_moment)
        yield self._as_in(newest, spelling, _next_holder(newest) or newest.submitter)

    def _as_in(self, record: StoredEvent, name: str, holder: str) -> Reached:
        place = next(iter(record.event.identifiers_by_role()["place"]), "")
        step, is_claimed = record.event.step or record.event.kind, record.key in self.claimed
        return Reached(name, _kind(name), holder, record.event.event_time, step, place, is_claimed)


def _moment(record: StoredEvent) -> tuple[datetime, str]:
    return record.event.event_time, record.key


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
                left - min(max(account.left, Fraction(0)), left),
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
