"""Which of the three kinds an entry of the log is, and whether its names are those to which it commits."""

from traceability.errors import InvalidInput
from traceability.log.merkle import HASH_BYTES
from traceability.log.name_map import MapEntry, is_map_entry, names_digest, split_hashes
from traceability.log.successor import SuccessorEntry, is_successor_entry
from traceability.proof.entry import ENTRY_BYTES, PREFIX, YEAR_10000_MS, Entry

# Slices of an entry of an event, from its end: docs/formats.md.
_NAMES_DIGEST = slice(-85, -53)
_SUBMITTER = slice(-53, -40)
_CAPTURED_AT = slice(-40, -32)
_LATEST = YEAR_10000_MS.to_bytes(8, "big")


def is_event_entry(entry: bytes) -> bool:
    """Whether it says that it is of an event; `check_form` says whether it is one."""
    return entry.startswith(PREFIX)


def check_form(index: int, entry: bytes) -> None:
    """Raises `InvalidInput` unless it is an entry of one of the three kinds, and a map entry at its place."""
    # What nearly every entry is, without taking it apart.
    if (
        len(entry) == ENTRY_BYTES
        and entry.startswith(PREFIX)
        and entry[_SUBMITTER].isdigit()
        and entry[_CAPTURED_AT] < _LATEST
    ):
        return
    if is_map_entry(entry):
        own = MapEntry.from_bytes(entry).index
        if own != index:
            raise InvalidInput(f"is a map entry that calls itself entry {own}")
    elif is_successor_entry(entry):
        SuccessorEntry.from_bytes(entry)
    else:
        Entry.from_bytes(entry)


def check_names(entry: bytes, hashes: bytes) -> None:
    """Raises `InvalidInput` unless `hashes` are the name hashes to which this entry commits.

    `check_form` has to have passed.
    """
    count = len(hashes) // HASH_BYTES
    if not is_event_entry(entry):
        if hashes:
            raise InvalidInput(f"is not of an event, {count} names are given for it")
        return
    theirs, ours = entry[_NAMES_DIGEST], names_digest(hashes)
    if ours != theirs:
        raise InvalidInput(
            f"commits to names of the digest {theirs.hex()}, the {count} given for it have {ours.hex()}"
        )
    split_hashes(hashes)
