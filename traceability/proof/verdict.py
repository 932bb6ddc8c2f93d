"""What a check comes to, relative to a trust policy: Verified, Contradicted or Unchecked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """Unaltered since it was recorded. Whether what was recorded is true is another question."""

    anchored_at: datetime
    """Time of the block that holds the anchor."""


@dataclass(frozen=True, slots=True)
class Contradicted:
    """A check ran and found something untrue."""

    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A check could not run (not anchored yet, chain away). Says nothing against the lot."""

    reason: str


Verdict = Verified | Contradicted | Unchecked


@dataclass(frozen=True, slots=True)
class TraceVerified:
    """`verified` of `total` events are Verified and none is Contradicted."""

    verified: int
    total: int
    through: datetime
    """Time of the newest anchor among them."""


TraceVerdict = TraceVerified | Contradicted | Unchecked


def of_trace(verdicts: Sequence[Verdict]) -> TraceVerdict:
    """Contradicted if any event is; else Verified "n of m, through T" if n > 0; else Unchecked."""
    anchored_at = []
    reasons = []
    for verdict in verdicts:
        match verdict:
            case Contradicted():
                return verdict
            case Verified(at):
                anchored_at.append(at)
            case Unchecked(reason):
                reasons.append(reason)
    if anchored_at:
        return TraceVerified(len(anchored_at), len(verdicts), max(anchored_at))
    return Unchecked(reasons[0] if reasons else "the trace has no events")
