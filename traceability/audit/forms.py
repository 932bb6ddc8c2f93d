"""Check that an entry is of one of the kinds that a log holds, without taking each one apart."""

from traceability.errors import InvalidInput
from traceability.log.name_map import MapEntry, is_map_entry
from traceability.log.successor import SuccessorEntry, is_successor_entry
from traceability.proof.entry import ENTRY_BYTES, PREFIX, YEAR_10000_MS, Entry

# Slices of an entry of an event, from its end: docs/formats.md.
NAMES_DIGEST = slice(-85, -53)
_SUBMITTER = slice(-53, -40)
_CAPTURED_AT = slice(-40, -32)
_LATEST = YEAR_10000_MS.to_bytes(8, "big")


def is_event_entry(entry: bytes) -> bool:
    return entry.startswith(PREFIX)


def check_form(index: int, entry: bytes) -> SuccessorEntry | None:
    """Raises `InvalidInput` unless it is an entry of one of the three kinds, and a map entry at its place.

    Answers with the entry of a successor, since there is more about it to check.
    """
    # What nearly every entry is; `Entry.from_bytes` takes ten times as long.
    if (
        len(entry) == ENTRY_BYTES
        and entry.startswith(PREFIX)
        and entry[_SUBMITTER].isdigit()
        and entry[_CAPTURED_AT] < _LATEST
    ):
        return None
    if is_map_entry(entry):
        own = MapEntry.from_bytes(entry).index
        if own != index:
            raise InvalidInput(f"is a map entry that calls itself entry {own}")
    elif is_successor_entry(entry):
        return SuccessorEntry.from_bytes(entry)
    else:
        Entry.from_bytes(entry)
    return None
