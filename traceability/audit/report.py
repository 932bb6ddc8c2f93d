"""What an audit came to, as a text that the auditor signs; docs/formats.md lays it out."""

from dataclasses import dataclass
from enum import StrEnum

from traceability.audit.finding import Finding
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteSigner
from traceability.log.text import to_base64
from traceability.telemetry.clock import iso

TITLE = "guoji/audit/v1"
MAX_LINE = 700
"""Characters. With as many lines as findings may have, a report fits into a note."""


class Result(StrEnum):
    CLEAN = "clean"
    UNTRUE = "untrue"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    source: str
    policy_digest: bytes
    """SHA-256 of the trust policy's file: what was believed beforehand."""
    started_at_ms: int
    finished_at_ms: int
    checkpoint: Checkpoint | None
    """None if none could be read that a trusted log signed."""
    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    findings: tuple[Finding, ...]
    count: int
    """Of all findings; those beyond the listed ones are only counted."""

    @property
    def result(self) -> Result:
        if self.count:
            return Result.UNTRUE
        return Result.UNCHECKED if self.unchecked else Result.CLEAN

    def lines(self) -> list[str]:
        """Printable, one thing a line."""
        seen = self.checkpoint
        head = (
            [] if seen is None else [f"log {seen.origin}", f"checkpoint {seen.size} {to_base64(seen.root)}"]
        )
        listed = [f"finding {finding}" for finding in self.findings]
        more = self.count - len(self.findings)
        lines = [
            TITLE,
            f"source {self.source}",
            f"policy {to_base64(self.policy_digest)}",
            f"started {iso(self.started_at_ms)}",
            f"finished {iso(self.finished_at_ms)}",
            *head,
            *(f"checked {what}" for what in self.checked),
            *(f"unchecked {what}" for what in self.unchecked),
            *listed,
            *([f"finding and {more} more"] if more else []),
            f"result {self.result}",
        ]
        return [_line(line) for line in lines]

    def sign(self, auditor: NoteSigner) -> str:
        """The report as a signed note (C2SP signed-note)."""
        return auditor.sign("\n".join([*self.lines(), ""]))


def _line(text: str) -> str:
    """Parts of it come from the server that is audited."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:MAX_LINE])
