"""The log's entries: each index once, each of an event that is here, or whole by itself."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from traceability.errors import InvalidInput
from traceability.log.name_map import MapEntry, is_map_entry, names_digest
from traceability.log.successor import SuccessorEntry, is_successor_entry
from traceability.proof.entry import Entry
from traceability.store.events import event, pending
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.log import log_entry


def check_entries(view: View) -> Iterator[Difference]:
    statement = (
        select(
            log_entry.c.index.label("place"),
            log_entry.c.event_id,
            log_entry.c.entry,
            log_entry.c.names,
            event.c.id.label("found_event"),
        )
        .select_from(log_entry.outerjoin(event))
        .order_by(log_entry.c.index)
    )
    expected = alone = 0
    for row in view.watch("entries", view.count(log_entry), view.rows(statement)):
        yield from compare(f"the index that follows {expected - 1} in the log", row.place, expected)
        expected = row.place + 1
        if row.event_id is None:
            yield from _check_alone(row)
            alone += (
                row.entry is not None and not is_map_entry(row.entry) and not is_successor_entry(row.entry)
            )
        else:
            yield from _check_of_event(row)
    if alone:
        view.tell(f"{alone:,} entries are known by entry only: their events are not here, so not recomputed")
    for queued in view.rows(select(pending.c.event_id).where(pending.c.event_id.not_in(select(event.c.id)))):
        yield Difference(f"the queued event number {queued.event_id}", "missing", "an event")


def _check_of_event(row: Row[Any]) -> Iterator[Difference]:
    where = f"entry {row.place}"
    if row.found_event is None:
        yield Difference(f"{where}: its event, number {row.event_id},", "missing", "an event")
    if row.entry is not None or row.names is not None:
        yield Difference(where, "stored a second time, beside its event", "the event's own")


def _check_alone(row: Row[Any]) -> Iterator[Difference]:
    where = f"entry {row.place}"
    names = row.names or b""
    try:
        if row.entry is None:
            yield Difference(where, "empty", "an entry or an event")
        elif is_map_entry(row.entry):
            yield from compare(
                f"{where}: the index that stands in it", MapEntry.from_bytes(row.entry).index, row.place
            )
            yield from compare(f"{where}: its names", names, b"")
        elif is_successor_entry(row.entry):
            SuccessorEntry.from_bytes(row.entry)
            yield from compare(f"{where}: its names", names, b"")
        else:
            digest = Entry.from_bytes(row.entry).names_digest
            yield from compare(f"{where}: its names digest", digest, names_digest(names))
    except InvalidInput as error:
        yield Difference(where, f"unreadable ({error})", "an entry")
