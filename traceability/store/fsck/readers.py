"""Each event is handed out to its submitter and to the parties that it names, and nothing else is.

The owners of its keys are those that were registered when it came in, which nobody knows any more: a further
reader is no difference.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from traceability.errors import TraceError
from traceability.ledger.parties import Register
from traceability.ledger.readers import readers_of
from traceability.store.events import event
from traceability.store.fsck.difference import Difference
from traceability.store.fsck.view import View
from traceability.store.log import log_entry
from traceability.store.readers import reader
from traceability.store.reindex import TOLD, as_retold

_NOBODY = Register.of([])


def check_readers(view: View) -> Iterator[Difference]:
    statement = (
        select(*TOLD, log_entry.c.index.label("log_index"))
        .select_from(event.outerjoin(log_entry, log_entry.c.event_id == event.c.id))
        .order_by(event.c.id)
    )
    kept = groupby(view.rows(select(reader).order_by(reader.c.event_id)), key=lambda row: int(row.event_id))
    waiting = next(kept, None)
    for row in view.watch("events with readers", view.count(event), view.rows(statement)):
        while waiting is not None and waiting[0] < row.id:
            yield _astray(waiting[0])
            waiting = next(kept, None)
        found: set[str] = set()
        if waiting is not None and waiting[0] == row.id:
            found = {each.gln for each in waiting[1]}
            waiting = next(kept, None)
        if row.log_index is None or row.log_index >= view.from_index:
            yield from _check_row(row, found)
    while waiting is not None:
        yield _astray(waiting[0])
        waiting = next(kept, None)


def _astray(event_id: int) -> Difference:
    return Difference(f"who reads event number {event_id}", "there without the event", "none")


def _check_row(row: Row[Any], found: set[str]) -> Iterator[Difference]:
    try:
        record = as_retold(row)
        certain = readers_of(record.event, record.submitter, _NOBODY)
    except (TraceError, LookupError, ValueError, TypeError, AttributeError):
        return  # it cannot be read, which is said where events are checked
    for gln in sorted(certain - found):
        yield Difference(f"party {gln} as a reader of event number {row.id}", "missing", "there")
