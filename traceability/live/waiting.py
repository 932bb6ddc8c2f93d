"""Which struck claims wait: for the host's answer first, and then for their turn on the overlay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from traceability.live.record import Kind, NewRecord, Record
from traceability.live.warnings import Level

ANSWER_WITHIN_MS = 20_000
"""A transcript may have misheard: so long the host may say so before viewers see a correction."""


class Wait(StrEnum):
    ANSWER = "answer"
    TURN = "turn"
    """Nothing but another correction on the overlay holds it up."""


@dataclass(frozen=True, slots=True)
class Waiting:
    warned: Record
    wait: Wait
    since_ms: int
    """By the clock of that moment; unlike the time of a record it may lie before that of an older one."""

    def has_turn(self, now_ms: int) -> bool:
        """Time has run out also when the clock was set back: nobody waits for an hour because of that."""
        return self.wait is Wait.TURN or abs(now_ms - self.since_ms) >= ANSWER_WITHIN_MS


def moved(number: int, record: NewRecord) -> tuple[int, Wait | None] | None:
    """The warning that a record with this number moves on, and what it waits for then; None if none."""
    match record.kind, record.body:
        case Kind.WARNED, {"level": Level.STRUCK, "about": about}:
            return number, Wait.ANSWER if about == "said" else Wait.TURN
        case Kind.ANSWERED, {"warning": warning, "answer": "corrected" | "none"}:
            return warning, Wait.TURN
        case (Kind.ANSWERED, {"warning": warning, "answer": "not_said"}) | (
            Kind.CORRECTED,
            {"warning": warning},
        ):
            return warning, None
    return None


def by_turn(waiting: Sequence[Waiting]) -> Mapping[str, Sequence[Record]]:
    """The warnings by the text that puts them right, whose turn is next first.

    Points first, whose correction nobody has to answer; then who waits longest. One showing of a text is
    the correction of all that have it, so a host who repeats one claim keeps the correction of another off
    for no more than one turn.
    """
    ordered = sorted(waiting, key=lambda each: (each.warned.body["about"] != "point", each.since_ms))
    found: dict[str, list[Record]] = {}
    for each in ordered:
        found.setdefault(each.warned.body["correction"], []).append(each.warned)
    return found
