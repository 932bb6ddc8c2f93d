"""How many codes a lot can bear, by what is recorded of it: what was labelled, and what is still loose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from traceability.errors import InvalidInput
from traceability.ledger.codes_store import KeptSet
from traceability.ledger.over_issue import OverIssue, accounts_of
from traceability.ledger.ports import StoredEvent
from traceability.proof.accounts import ZERO, Account
from traceability.proof.quantity import PIECE
from traceability.proof.records import standing
from traceability.proof.told import words_of


@dataclass(frozen=True, slots=True)
class Room:
    """What a lot has, as far as everything is recorded."""

    unit: str
    """UNECE Rec 20 code."""
    free: Fraction
    """Neither labelled nor packed nor gone."""
    labelled: frozenset[str]
    """Items (canonical Digital Links) that bear its label."""

    def most(self, each: Fraction | None, count_ours: Callable[[frozenset[str]], int]) -> int:
        """How many codes may be out: those of ours that are on items, and one for each item to come.

        `each` is what one item holds. Raises `InvalidInput` where it must be known and is not.
        """
        return self.more(each) + count_ours(self.labelled)

    def more(self, each: Fraction | None) -> int:
        """How many items can still be made of what is loose. Raises as `most`."""
        if self.unit == PIECE and each is not None:
            raise InvalidInput(
                "the lot is counted in pieces, and each bears one code: leave out what one holds"
            )
        if self.unit != PIECE and each is None:
            raise InvalidInput(
                f"the lot is counted in {self.unit}: say how much of it one item holds, such as --each 0.3"
            )
        return self.free // (each or 1)


def room_of(lot: str, issue: OverIssue, enough: Callable[[Room], bool]) -> Room | None:
    """None if nobody said how much of it there is, or not in one unit.

    The lot's own events can only make it look too full: of what was taken out of a container they may not say
    that it is of this lot. All that became of it is looked at only where these leave not `enough`.
    """
    room = _room(lot, issue.own_events([lot]))
    if room is None or enough(room):
        return room
    everything = issue.all_events(lot)
    return room if everything is None else _room(lot, everything)


def check_goods(of: KeptSet, count: int, issue: OverIssue, unrecorded: bool) -> None:
    """Raises `InvalidInput` unless there are goods, as recorded now, for so many codes of a set.

    Since they were issued the lot may have been packed out into another one, sold, or found to be smaller.
    """
    each = None if of.new.each is None else Fraction(of.new.each)
    room = room_of(of.lot, issue, lambda room: room.more(each) >= count)
    if room is None and not unrecorded:
        raise InvalidInput(
            f"how much there is of {of.lot} is not recorded, or not all of it in one unit: capture its "
            "harvest or packing first, or make its codes active all the same (--unrecorded)"
        )
    if room is not None and room.more(each) < count:
        raise InvalidInput(
            f"{of.lot} has goods for {room.more(each)} more items, {count} codes would be made active: "
            "make fewer active and withdraw the rest (`guoji codes withdraw`), or capture what else there is"
        )


def _room(lot: str, records: Sequence[StoredEvent]) -> Room | None:
    known = [each for each in accounts_of(records, lot).values() if _is_known(each)]
    if len(known) != 1:
        return None
    [account] = known
    return Room(account.unit, max(account.there - account.held, ZERO), _labelled(records, lot))


def _is_known(account: Account) -> bool:
    return bool(account.sources) and account.is_bounded and not account.unmeasured


def _labelled(records: Sequence[StoredEvent], lot: str) -> frozenset[str]:
    said = [words_of(each.event) for each in standing(records)]
    return frozenset(item for words in said if words.lot == lot for item in words.made)
