"""Put back the entries that an old copy of the store lacks, as they were published."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from traceability.errors import CheckpointConflict, InvalidInput, Refused
from traceability.ledger.ports import Held
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import MapEntry, is_map_entry
from traceability.proof.entry_kinds import check_form, check_names, is_event_entry
from traceability.store.events import event
from traceability.store.log import NewEntry, append, grow_map, read_tile, size_of_log
from traceability.store.schema import AT_ONCE

Published = Callable[[int], Iterable[tuple[bytes, bytes]]]
"""Gives the published entries from an index on, each with its name hashes."""


@dataclass(frozen=True, slots=True)
class PutBack:
    first: int
    """The index from which entries were missing."""
    size: int
    """Of the log now."""
    with_event: int
    """Entries whose events were here, in the queue."""
    without_event: int
    """Entries of events that are lost: they are known by entry only from now on."""


def put_back(engine: Engine, published: Published, signed: Checkpoint, known: Sequence[Held] = ()) -> PutBack:
    """Take in what is missing below `signed`, all of it or nothing.

    Tiles and the map of names grow from the entries as they did the first time. Raises `Refused` if they do
    not lead to what was signed and to what else is `known` of the log, `CheckpointConflict` if somebody
    else made the log grow meanwhile.
    """
    try:
        with engine.begin() as connection:
            done = _put_back(connection, published, signed)
            for each in (Held(signed.size, signed.root), *known):
                if each.size <= done.size:
                    _check_leads_to(connection, each.size, each.root)
            return done
    except IntegrityError as error:
        raise CheckpointConflict("a publisher gave out these indexes meanwhile") from error


def _put_back(connection: Connection, published: Published, signed: Checkpoint) -> PutBack:
    first = size_of_log(connection)
    new: list[NewEntry] = []
    with_event = without_event = 0
    for index, (entry, names) in enumerate(published(first) if first < signed.size else (), first):
        new.append(_checked(index, entry, names))
        if is_map_entry(entry):
            linked = _take(connection, index, new)
            with_event += linked
            without_event += sum(is_event_entry(each.entry) for each in new) - linked
            new = []
    if new:
        raise Refused(f"the last {len(new)} entries are followed by no map entry: nothing was changed")
    return PutBack(first, size_of_log(connection), with_event, without_event)


def _checked(index: int, entry: bytes, names: bytes) -> NewEntry:
    try:
        check_form(index, entry)
        check_names(entry, names)
    except InvalidInput as error:
        raise Refused(f"entry {index}: {error}; nothing was changed") from error
    return NewEntry(entry, names)


def _take(connection: Connection, index: int, new: Sequence[NewEntry]) -> int:
    """Append entries up to the map entry `index`; how many of them have their events here."""
    leaves = [leaf_hash(each.entry) for each in new]
    named = [(leaf, each.names) for leaf, each in zip(leaves, new, strict=True)]
    root, want = grow_map(connection, index, named), MapEntry.from_bytes(new[-1].entry)
    if want != MapEntry(index, root):
        raise Refused(
            f"entry {index} says that the map of {want.index} entries has the root {want.root.hex()}, "
            f"they give {root.hex()}; nothing was changed"
        )
    ids = _events_here(connection, [leaf.hex() for leaf in leaves])
    linked = [replace(each, event_id=ids.get(leaf.hex())) for leaf, each in zip(leaves, new, strict=True)]
    append(connection, index + 1 - len(new), linked, leaves)
    return len(ids)


def _events_here(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    return {
        row.key: row.id
        for start in range(0, len(keys), AT_ONCE)
        for row in connection.execute(
            select(event.c.key, event.c.id).where(event.c.key.in_(keys[start : start + AT_ONCE]))
        )
    }


def _check_leads_to(connection: Connection, size: int, want: bytes) -> None:
    def read(level: int, index: int, width: int) -> bytes:
        return read_tile(connection, level, index, width)

    root = tiles.root(size, read)
    if root != want:
        raise Refused(
            f"our store and what was published lead to the root {root.hex()} over {size} entries; what we "
            f"signed, or the contract holds, is {want.hex()}: our store has gone on otherwise since it was "
            "restored, or what was published was changed. Nothing was changed here"
        )
