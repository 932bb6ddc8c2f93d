"""Erase what hosts said on air once it need not be kept any longer; the record goes on without the words."""

from traceability.ledger.erase import ErasableStore, ErasureJournal, erase
from traceability.ledger.scan import DAY_MS
from traceability.live.ports import AirStore

REASON = "said on air, and kept for as many days as this installation keeps such words"


def forget_said(
    air: AirStore, journal: ErasureJournal, personal: ErasableStore, now_ms: int, days: float
) -> int:
    """How many sentences were erased now. Much at once takes several calls."""
    commitments = air.said_before(now_ms - round(days * DAY_MS))
    if commitments:
        erase(commitments, REASON, now_ms, journal, personal)
    return len(commitments)
