"""Erase what hosts said on air once it need not be kept any longer; the record goes on without the words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from traceability.errors import Refused
from traceability.ledger.erase import ErasableStore, ErasureJournal, erase
from traceability.ledger.personal import Erasure
from traceability.ledger.scan import DAY_MS
from traceability.live.ports import AirStore

REASON = "said on air, and kept for as many days as this installation keeps such words"


def forget_said(
    air: AirStore, journal: ErasureJournal, personal: ErasableStore, now_ms: int, days: float
) -> int:
    """How many sentences were erased now. Much at once takes several calls."""
    before_ms = now_ms - round(days * DAY_MS)
    commitments = air.said_before(before_ms)
    if commitments:
        erase(commitments, REASON, now_ms, journal, personal)
    # No journal has these, and none need: out of a restored backup they go the same way, by their age.
    return len(commitments) + air.forget_untold(before_ms)


def check_no_longer_kept(erasures: Iterable[Erasure], air: AirStore, now_ms: int, days: float) -> None:
    """Raises `Refused` if one of them erases what was said on air before it was kept for so many days."""
    asked = {each.commitment: each for each in erasures}
    for commitment, said_at_ms in air.said_at_ms(list(asked)).items():
        kept_until_ms = said_at_ms + round(days * DAY_MS)
        if min(asked[commitment].erased_at_ms, now_ms) <= kept_until_ms:
            raise Refused(
                f"the value of {commitment} was said on air on {_day(said_at_ms):%Y-%m-%d}, and is kept for "
                f"{days:g} days: it may be erased from {_day(kept_until_ms) + timedelta(1):%Y-%m-%d} on; "
                "nothing was erased"
            )


def _day(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
