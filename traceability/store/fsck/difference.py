"""What a check of the store comes to: each thing that is not what it must be, and where."""

from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Difference:
    where: str
    """Which thing of which row, in words."""
    found: str
    want: str

    def __str__(self) -> str:
        """Parts of it may come from a store that somebody has changed, so they are hostile."""
        return f"{self.where} is {self.found}, want {self.want}"


def compare(where: str, found: object, want: object) -> Iterator[Difference]:
    """A difference, if the two are not the same."""
    if found != want:
        yield Difference(where, _shown(found), _shown(want))


def _shown(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"
