"""The entry with which a log goes on under another key: it names the last checkpoint under the key before."""

from dataclasses import dataclass
from typing import Self

from traceability.errors import InvalidInput
from traceability.log.domain import prefix
from traceability.log.merkle import HASH_BYTES

_PREFIX = prefix("guoji/successor")
_BYTES = len(_PREFIX) + HASH_BYTES + 8 + HASH_BYTES


@dataclass(frozen=True, slots=True)
class SuccessorEntry:
    log_id: bytes
    """Of the log under its key before, by which the contract keeps it."""
    size: int
    root: bytes

    def to_bytes(self) -> bytes:
        return _PREFIX + self.log_id + self.size.to_bytes(8, "big") + self.root

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises `InvalidInput` for another kind of entry."""
        if not is_successor_entry(data) or len(data) != _BYTES:
            raise InvalidInput(f"entry of {len(data)} bytes is not one of a successor, want {_BYTES}")
        start = len(_PREFIX)
        log_id, size, root = data[start : start + 32], data[start + 32 : start + 40], data[start + 40 :]
        return cls(log_id, int.from_bytes(size, "big"), root)


def is_successor_entry(entry: bytes) -> bool:
    return entry.startswith(_PREFIX)
