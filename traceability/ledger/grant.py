"""What the holder of a bearer token may do."""

from dataclasses import dataclass
from typing import Literal, get_args

from traceability.errors import NotAuthorised

READ, CAPTURE, ADMIN = "read", "capture", "admin"
FARM = "farm"
"""Opens the farmer's page of one party, and nothing else."""
ROLES = (READ, CAPTURE, FARM, ADMIN)
Reads = Literal["own", "all"]
READS: tuple[Reads, ...] = get_args(Reads)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, and the party (GLN) in whose name its holder acts; None where it captures nothing."""

    role: str
    party: str | None
    name: str = ""
    """What the token is called."""
    reads: Reads = "all"
    """Which events its holder finds: those that concern its party, or all."""
    about: tuple[str, ...] = ()
    """With what the keys must begin, from their company prefix on, that it captures about; () is no limit."""

    @property
    def submitter(self) -> str:
        """The party in whose name it captures. Raises `NotAuthorised` without one."""
        if self.party is None:
            raise NotAuthorised("the token names no party to capture for")
        return self.party
