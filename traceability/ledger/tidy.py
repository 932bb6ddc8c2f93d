"""Let go of what may not be kept for ever, again and again."""

from dataclasses import dataclass
from typing import Protocol

from traceability.ledger.erase import ErasableStore
from traceability.ledger.scan import DAY_MS
from traceability.ledger.scans import SAME_PRESS_MS, salt_period


class Quarantine(Protocol):
    def drop_payloads(self, received_before_ms: int) -> int:
        """Drop the bytes of every quarantined message that came before this time; of how many.

        That they came, why they were refused and their digests stay.
        """


class Scanned(Protocol):
    def drop(self, before_ms: int, salts_before: int, presses_before_ms: int) -> int:
        """As `ledger/scan.py` says."""


@dataclass(frozen=True, slots=True)
class Kept:
    """For how many days what is kept."""

    quarantine: float
    scans: float
    salt: float


@dataclass(frozen=True, slots=True)
class Tidied:
    dropped: int
    """Messages in quarantine whose bytes were dropped now."""
    swept: bool
    """Whether the database's files hold nothing any more of what was erased."""
    scans: int
    """Rows of scans that were dropped now."""


def tidy(quarantine: Quarantine, personal: ErasableStore, scans: Scanned, now_ms: int, kept: Kept) -> Tidied:
    dropped = quarantine.drop_payloads(now_ms - round(kept.quarantine * DAY_MS))
    looks = scans.drop(
        now_ms - round(kept.scans * DAY_MS), salt_period(now_ms, kept.salt), now_ms - SAME_PRESS_MS
    )
    return Tidied(dropped, personal.sweep(), looks)
