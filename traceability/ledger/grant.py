"""What the holder of a bearer token may do."""

from dataclasses import dataclass

FARM = "farm"
"""Opens the farmer's page of one party, and nothing else."""
ROLES = ("read", "capture", FARM, "admin")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, and the party (GLN) in whose name its holder captures; None where it captures nothing."""

    role: str
    party: str | None
    name: str = ""
    """What the token is called."""
