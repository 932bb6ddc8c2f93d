"""A device as the registry knows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from traceability.errors import InvalidInput

_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class Device:
    alias: str
    """Stands in topics, user names and hashed bytes."""
    giai: str
    """Canonical Digital Link (8004)."""
    party: str
    """GLN of whoever answers for it; batch events are captured in its name."""
    name: Mapping[str, str]
    """Name by language ("zh", "en"); either may be missing; the text is hostile."""
    place: str
    """Canonical Digital Link (414, or 414 with 254) of where it stands."""
    cold_chain: bool
    """Whether it travels with goods; otherwise it stands where they grow."""
    staged: Mapping[str, str] | None = None
    """What about it is staged or simulated, by language, as whoever staged it says; None if nothing is."""

    def __post_init__(self) -> None:
        check_alias(self.alias)


def check_alias(alias: str) -> None:
    """Raises `InvalidInput` unless `alias` is 1 to 32 of `A-Z a-z 0-9 _ -`."""
    if not _ALIAS.fullmatch(alias):
        raise InvalidInput(f"device alias {alias[:80]!r} is not 1 to 32 of A-Z a-z 0-9 _ -")
