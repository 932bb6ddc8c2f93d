"""What the holder of a bearer token may do."""

from dataclasses import dataclass

ROLES = ("read", "capture", "admin")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, and the party (GLN) in whose name its holder captures; None where it captures nothing."""

    role: str
    party: str | None
