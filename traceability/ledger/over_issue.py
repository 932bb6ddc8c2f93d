"""Whether item codes would go to more of a lot than there is of it (setting `refuse_over_issue`)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from traceability.epcis.event import Event
from traceability.epcis.validate import Fault
from traceability.ledger.descent import descent
from traceability.ledger.lineage import in_order
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.proof.accounts import Account
from traceability.proof.balance import books_of
from traceability.proof.custody import Custody
from traceability.proof.history import History
from traceability.proof.quantity import written
from traceability.proof.records import Proven, Record
from traceability.proof.told import labels_of, words_of

_WHERE = "ilmd", "guoji:lot"


@dataclass(frozen=True, slots=True)
class OverIssue:
    """Asked only where the setting says so."""

    store: EventStore

    def faults(self, events: Sequence[Event], submitter: str) -> list[list[Fault]]:
        """For each event why it is refused: with all codes that these give to a lot, it has too few goods.

        Asked before they are kept. Of two captures at one moment neither sees the other; if both are kept and
        are too much, the balance says so. A lot that nobody brought into being here yet is not judged.
        """
        said = [words_of(event) for event in events]
        labelled = [words.lot if words.roles["epc"] else None for words in said]
        lots = {lot for lot in labelled if lot is not None}
        if not lots:
            return [[] for _ in events]
        names = {*lots, *map(labels_of, lots)}
        about = [event for event, words in zip(events, said, strict=True) if words.found_by & names]
        reasons = dict(self._reasons(lots, about, submitter))
        return [
            [Fault(_WHERE, reasons[lot])] if lot is not None and lot in reasons else [] for lot in labelled
        ]

    def _reasons(
        self, lots: Collection[str], new: Sequence[Event], submitter: str
    ) -> Iterator[tuple[str, str]]:
        # What was taken out of a container may not say of which lots: without it a lot looks too full, never
        # too empty. So most captures are answered by the lot's own events, and only the rest by all.
        known = self.own_events(lots)
        for lot in sorted(lots):
            if _too_much(lot, known, new, submitter) is not None:
                told = self.all_events(lot)
                reason = None if told is None else _too_much(lot, told, new, submitter)
                if reason is not None:
                    yield lot, reason

    def all_events(self, lot: str) -> list[StoredEvent] | None:
        """Of the lot and all that was made of it, by parties that held it; None if that is too much."""
        found = descent(lot, self.store.telling)
        told = [each for each in found.told if each.key not in found.claimed]
        return None if found.is_cut else in_order(told, self.store)

    def own_events(self, lots: Iterable[str]) -> list[StoredEvent]:
        """Those that name or label the lots, by parties that held them: nobody uses up another's lot."""
        history = History(self.store.telling)
        history.learn([*lots, *map(labels_of, lots)])
        custody = Custody(history)
        custody.settle(lots)
        told = {
            each.key: each
            for lot in lots
            for each in (*history.counting(lot), *history.counting(labels_of(lot)))
            if custody.stands(each, lot)
        }
        return in_order(list(told.values()), self.store)


def _too_much(lot: str, known: Sequence[Record], new: Sequence[Event], submitter: str) -> str | None:
    """Why the new events ask too much of a lot; None if they do not, or no more than was asked already."""
    last = max((each.captured_at_ms for each in known), default=0) + 1
    coming = [
        Proven(f"new {number}", event, submitter, last, (event.hash().uri, submitter))
        for number, event in enumerate(new)
    ]
    before = accounts_of(known, lot)
    for unit, account in accounts_of([*known, *coming], lot).items():
        if _lacking(account) > (_lacking(before[unit]) if unit in before else 0):
            rest = max(account.had - account.used - account.gone, Fraction(0))
            return (
                f"found codes with which {written(account.held)} {unit} of {lot} would be labelled or "
                f"packed, want no more than the {written(rest)} {unit} that are there; "
                "if more was harvested, that must be captured first"
            )
    return None


def accounts_of(records: Sequence[Record], lot: str) -> dict[str, Account]:
    """The accounts of a lot, by unit."""
    return {account.unit: account for account in books_of(records).accounts.values() if account.lot == lot}


def _lacking(account: Account) -> Fraction:
    """How much more is labelled and packed than there is, where all that came into being here is known."""
    if not account.sources or not account.is_bounded:
        return Fraction(0)
    return max(account.held - (account.had - account.used - account.gone), Fraction(0))
