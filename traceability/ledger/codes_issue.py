"""What is decided before codes are issued: who may, and how many; and how they are drawn."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from traceability.errors import InvalidInput, NotAuthorised
from traceability.gs1 import digital_link, serials
from traceability.ledger.codes_room import Room, room_of
from traceability.ledger.codes_store import CodeStore
from traceability.ledger.over_issue import OverIssue
from traceability.ledger.parties import Register
from traceability.ledger.ports import EventStore
from traceability.log.merkle import leaf_hash
from traceability.proof.code import code_leaf, code_salt
from traceability.proof.quantity import KILOGRAM

MOST_CODES = 1_000_000
"""In one set."""
_LARGEST_CONTENT = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be issued, and in whose name."""

    lot: str
    """Canonical Digital Link (01 with 10)."""
    count: int
    party: str
    """GLN of the issuer."""
    each: Decimal | None = None
    """What one item holds, in the unit in which the lot is counted; None for a lot of pieces."""
    may_activate: Collection[str] = ()
    """GLNs of others whose events make the codes active; who may make these goods always may."""
    unrecorded: bool = False
    """Issue also while nobody has recorded how much there is of the lot."""
    beside_others: bool = False
    """Issue though others make serials of this GTIN, too: see `Codes.issues_for`."""
    at: datetime | None = None
    """When they are issued, as the event says; None for now."""

    def __post_init__(self) -> None:
        link = digital_link.parse(self.lot)
        if [ai for ai, _ in link.path] != ["01", "10"] or digital_link.identity(link) != self.lot:
            raise InvalidInput(
                f"{self.lot[:200]!r} is no canonical link of a lot, want GTIN (01) and lot (10)"
            )
        if not 1 <= self.count <= MOST_CODES:
            raise InvalidInput(f"{self.count} codes are asked for, want 1 to {MOST_CODES}")
        if self.each is not None and not (self.each.is_finite() and 0 < self.each <= _LARGEST_CONTENT):
            raise InvalidInput(
                f"one item would hold {self.each}, want more than 0 and at most {_LARGEST_CONTENT}"
            )

    @property
    def gtin(self) -> str:
        return digital_link.parse(self.lot).key[1]


def who_may_activate(wanted: Wanted, known: Register) -> frozenset[str]:
    """GLNs: the issuer, all who may make these goods, and whom the issuer names.

    Raises `NotAuthorised` if the issuer may not make them.
    """
    owner = known.owner_of(wanted.lot)
    if owner is None:
        return frozenset({wanted.party, *wanted.may_activate})
    if not known.may_make(wanted.party, wanted.lot):
        raise NotAuthorised(
            f"{wanted.lot} is of party {owner}: only it, and who makes goods for it, issues codes for it"
        )
    return frozenset({wanted.party, owner, *known.parties[owner].makers, *wanted.may_activate})


def are_beside_others(wanted: Wanted, store: CodeStore) -> bool:
    """Whether this issue says so. Raises `InvalidInput` for the first one, if others do and it does not."""
    is_first = store.beside_others(wanted.gtin) is None
    if is_first and not wanted.beside_others and store.names_serials_of(wanted.gtin):
        raise InvalidInput(
            f"events here name serials of GTIN {wanted.gtin} that were not made here: issue codes under "
            "another GTIN, or say that others make some, too (--beside-others); then a serial that fails our "
            "check is not refused as forged"
        )
    return wanted.beside_others


def most_codes(wanted: Wanted, store: CodeStore, events: EventStore) -> tuple[int | None, str | None]:
    """How many codes of the lot may be out, and the unit of what one item holds. Raises `InvalidInput`."""
    each = None if wanted.each is None else Fraction(wanted.each)
    out = store.out(wanted.lot)

    def live(items: Collection[str]) -> int:
        issued = store.issued(wanted.gtin, [item.rpartition("/21/")[2] for item in items])
        return list(issued.values()).count(False)

    def most(room: Room) -> int:
        return room.most(each, live)

    room = room_of(wanted.lot, OverIssue(events), lambda room: most(room) >= out + wanted.count)
    if room is not None:
        return most(room), None if each is None else room.unit
    if not wanted.unrecorded:
        raise InvalidInput(
            f"nobody has recorded yet how much there is of {wanted.lot}, so codes cannot be counted against "
            "it: capture its harvest or packing first, or issue them all the same (--unrecorded)"
        )
    return None, None if each is None else KILOGRAM


def draw(wanted: Wanted, key: bytes, random: Callable[[int], bytes], store: CodeStore) -> list[str]:
    """Serials that no item of the product has yet; those that were drawn before are drawn again."""
    gtin, drawn = wanted.gtin, dict[str, None]()
    while len(drawn) < wanted.count:
        missing = wanted.count - len(drawn)
        new = [serials.issue(key, gtin, random(serials.RANDOM_BYTES)) for _ in range(missing)]
        taken = store.issued(gtin, new)
        drawn |= dict.fromkeys(each for each in new if each not in taken)
    return list(drawn)


def leaves_of(wanted: Wanted, drawn: list[str], secret: bytes) -> list[bytes]:
    """The leaf hashes of a set, in its order."""
    product = digital_link.product(wanted.gtin)
    return [
        # A serial of ours has no character that a link would escape.
        leaf_hash(code_leaf(code_salt(secret, index), wanted.party, wanted.lot, f"{product}/21/{serial}"))
        for index, serial in enumerate(drawn)
    ]
