"""Let go of what may not be kept for ever, again and again."""

from dataclasses import dataclass
from typing import Protocol

from traceability.ledger.erase import ErasableStore

DAY_MS = 86_400_000


class Quarantine(Protocol):
    def drop_payloads(self, received_before_ms: int) -> int:
        """Drop the bytes of every quarantined message that came before this time; of how many.

        That they came, why they were refused and their digests stay.
        """


@dataclass(frozen=True, slots=True)
class Tidied:
    dropped: int
    """Messages in quarantine whose bytes were dropped now."""
    swept: bool
    """Whether the database's files hold nothing any more of what was erased."""


def tidy(quarantine: Quarantine, personal: ErasableStore, now_ms: int, quarantine_days: float) -> Tidied:
    dropped = quarantine.drop_payloads(now_ms - round(quarantine_days * DAY_MS))
    return Tidied(dropped, personal.sweep())
