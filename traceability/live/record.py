"""One line of what happened in a room: numbered, timed, and said in JSON so that the log can commit to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

STILL_AFTER_MS = 50_000
"""So long without a record, and what an overlay shows is on record again: ten seconds later it is told."""
GREY_AFTER_MS = 6_000
"""So long without a state, and an overlay greys what it shows (`SILENCE_MS` of its script)."""


class Kind(StrEnum):
    """What a record tells; `body` holds what stands behind each."""

    PHASE = "phase"
    """phase: what the room is from now on."""
    SHOWN = "shown"
    """state: all that the overlay shows from now on, without what changes by itself (ages); also again while
    it stays the same (`STILL_AFTER_MS`). last_sent_at_ms, after `GREY_AFTER_MS` in which overlays were sent
    nothing, as while no director ran: when they were before."""
    SAID = "said"
    """id (of the line, as its sender or we named it, with the number of the sentence), text, said_at_ms,
    times (how often within a minute), warned_as (id of the sentence whose warning stands for it, or null),
    offer (code or null), verdict, rule (id, source, version; or null), evidence (list of kind, key of the
    event or null, found by language), suggestion (or null)."""
    WARNED = "warned"
    """level (1 hint, 2 card blocked, 3 claim struck), levels (version of the table that says so), about
    ("said" or "point"), of (id of what was said, or number of the point), offer, verdict, rule, found (what
    the records hold, by language, or null), suggestion, correction (what the overlay shows if it is struck,
    or null)."""
    ANSWERED = "answered"
    """warning (number of its record), answer ("corrected", "not_said", "noted"; "none" when time ran out),
    by (who gave it; "" when time ran out)."""
    CORRECTED = "corrected"
    """warning, text: what the overlay showed in the place of the claim."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    at_ms: int
    kind: Kind
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    number: int
    """From 1, without gaps, within its room."""
    at_ms: int
    """Never before that of the record before it."""
    kind: Kind
    body: Mapping[str, Any]
    event: str | None
    """Key of the event that holds it; None while there is none yet, and always of a rehearsal's."""
