"""Erase personal data for good, and again after an old backup is restored."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol

from traceability.epcis.personal import in_clear
from traceability.errors import InvalidInput
from traceability.ledger.personal import Erasure, PersonalStore

MAX_REASON = 200


class ErasableStore(PersonalStore, Protocol):
    def erase(self, erasures: Sequence[Erasure]) -> None:
        """Remove values and salts, and remember that they are erased, in one durable commit.

        What was erased before, or was never here, is remembered as erased too; the first date stands.
        """

    def all_erasures(self) -> list[Erasure]: ...

    def sweep(self) -> bool:
        """Remove what the database still has of erased values outside its tables; whether all is gone.

        Nothing is done when nothing is left. False: somebody is reading; try again later.
        """


class ErasureJournal(Protocol):
    """Erasures outside the database, so that no backup of it takes them back."""

    def read(self) -> list[Erasure]:
        """Raises `Refused` for a journal that cannot be read: to pass over a line would forget an erasure."""

    def append(self, erasures: Sequence[Erasure]) -> None:
        """Write them all, durably."""


def erase(
    commitments: Iterable[str], reason: str, now_ms: int, journal: ErasureJournal, store: ErasableStore
) -> bool:
    """Remove the values of `commitments`, and their salts; whether the database's files are clean too.

    Raises `InvalidInput` for a reason that is not one short line, or seems to hold personal data itself.
    """
    check_reason(reason)
    erasures = [Erasure(commitment, now_ms, reason) for commitment in dict.fromkeys(commitments)]
    # The order is the whole point: (1) the journal, (2) the tables, (3) the files below them.
    #
    # A crash before (1) erases nothing, and nobody was told otherwise. After (1) the next start finds
    # in the journal what the store still holds, and erases it. After (2) the store remembers that (3)
    # is due. The other way round, a crash before the journal would let an old backup bring back what
    # the person was told is gone.

    # (1)
    journal.append(erasures)
    # (2)
    store.erase(erasures)
    # (3)
    return store.sweep()


def replay(journal: ErasureJournal, store: ErasableStore) -> int:
    """Make journal and store say the same, at each start; how many erasures the store did not know.

    Either may be the older copy. Whatever one of them says is erased, is.
    """
    written = {each.commitment: each for each in reversed(journal.read())}
    known = {each.commitment: each for each in store.all_erasures()}
    missing = [each for each in written.values() if each.commitment not in known]
    if missing:
        store.erase(missing)
    if unwritten := [each for each in known.values() if each.commitment not in written]:
        journal.append(unwritten)
    store.sweep()
    return len(missing)


def check_reason(reason: str) -> None:
    """Raises `InvalidInput`. A reason is kept for good and shown, so it must not name the person."""
    if not reason.strip() or len(reason) > MAX_REASON or any(map(_steers, reason)):
        raise InvalidInput(f"reason has {len(reason)} characters, want one line of 1 to {MAX_REASON}")
    if (found := in_clear("reason", reason)) is not None:
        raise InvalidInput(f"reason holds {found}, want one without personal data: it is kept for good")


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
