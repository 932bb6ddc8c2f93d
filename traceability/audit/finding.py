"""What an audit finds: each untrue thing with its place, and each thing that could not be checked."""

from dataclasses import dataclass, field
from enum import StrEnum

MOST_LISTED = 300
"""Findings that are kept; of the others an audit only knows how many. A report must fit into a note."""


class Kind(StrEnum):
    """docs/audit.md says of each what it means."""

    CHECKPOINT = "checkpoint"
    ROLLBACK = "rollback"
    FORK = "fork"
    REWRITTEN = "rewritten"
    MISSING = "missing"
    BUNDLE = "bundle"
    ENTRY = "entry"
    TILE = "tile"
    NAMES = "names"
    MAP = "map"
    CHAIN = "chain"
    RECEIPT = "receipt"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Finding:
    """One untrue thing."""

    kind: Kind
    where: str
    """Which entry, size, tile or reading."""
    detail: str
    """What was found, and what was wanted. It may quote the server, so it is hostile until escaped."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.detail}"


@dataclass(slots=True)
class Found:
    """Gathers what the checks come to."""

    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    """Of all findings, those included that are not kept."""
    checked: list[str] = field(default_factory=list)
    """What was checked, and how much of it."""
    unchecked: list[str] = field(default_factory=list)
    """What could not be checked, and why."""

    def untrue(self, kind: Kind, where: str, detail: object) -> None:
        """Two checks that come upon one thing find it once."""
        finding = Finding(kind, where, str(detail))
        if finding in self.findings:
            return
        self.count += 1
        if len(self.findings) < MOST_LISTED:
            self.findings.append(finding)

    def not_checked(self, what: str) -> None:
        if len(self.unchecked) < MOST_LISTED:
            self.unchecked.append(what)
