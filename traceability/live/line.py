"""One line of a transcript or a script, as whoever sends it names and dates it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from traceability.claims.sentences import sentences
from traceability.epcis.personal import in_clear
from traceability.errors import InvalidInput
from traceability.live.room import Phase

LONGEST_LINE = 2_000
"""Characters."""
LATEST_MS, EARLIEST_MS = 10_000, 10 * 60_000
"""How far ahead of our clock, and behind it, what was said on air may be dated."""
REHEARSED_WITHIN_MS = 366 * 86_400_000
"""A script may be rehearsed for the day on which it will be said."""
_PARTS_OF_ID = re.compile(r"[_.:-]")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no disclosure takes, and what steers the terminal on which a report is read."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    at_ms: int | None = None
    """When it was said; None: now."""
    id: str | None = None
    """Given by the sender, so that a line that is sent again is not kept again."""
    offer: str | None = None
    """Code of the offer that it is about, in a rehearsal; None: the one that is on."""

    def __post_init__(self) -> None:
        """Raises `InvalidInput`."""
        if len(self.text) > LONGEST_LINE:
            raise InvalidInput(f"line has {len(self.text)} characters, want at most {LONGEST_LINE}")
        if found := _NO_TEXT.search(self.text):
            raise InvalidInput(
                f"line has U+{ord(found[0]):04X} as character {found.start() + 1}, which stands for no text"
            )
        if self.id is not None and not _ID.fullmatch(self.id):
            raise InvalidInput(f"id of a line is {self.id[:80]!r}, want 1 to 64 of A-Z a-z 0-9 _ . : -")
        # It stands in public events.
        if self.id is not None and (personal := in_clear("", _PARTS_OF_ID.sub(" ", self.id))):
            raise InvalidInput(f"id of a line has {personal} in it: name lines by a number that counts them")

    @property
    def sentences(self) -> list[str]:
        return sentences(self.text)

    def said_at(self, now_ms: int, phase: Phase) -> datetime:
        """Raises `InvalidInput` for a time that is too far from now."""
        at_ms = now_ms if self.at_ms is None else self.at_ms
        earliest, latest = (
            (EARLIEST_MS, LATEST_MS) if phase is Phase.ON_AIR else (REHEARSED_WITHIN_MS, REHEARSED_WITHIN_MS)
        )
        if not now_ms - earliest <= at_ms <= now_ms + latest:
            away = f"{abs(at_ms - now_ms) // 1000} s {'before' if at_ms < now_ms else 'after'} our clock"
            raise InvalidInput(
                f"line is dated {away}, want at most {earliest // 1000} s before and {latest // 1000} s after"
            )
        return datetime.fromtimestamp(at_ms / 1000, UTC)
