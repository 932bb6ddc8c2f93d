"""Each event gives the row that traces are walked over, and what it is found by there."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from traceability.errors import TraceError
from traceability.proof.told import words_of
from traceability.store.events import event
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.lineage import kin, kin_names, told, told_row
from traceability.store.log import log_entry
from traceability.store.reindex import TOLD, as_retold

_SAID = [each for each in told.columns if not each.primary_key]


def check_told(view: View) -> Iterator[Difference]:
    said = [each.label(f"told_{each.name}") for each in _SAID]
    statement = (
        select(*TOLD, log_entry.c.index.label("log_index"), told.c.event_id.label("told"), *said)
        .select_from(
            event.outerjoin(log_entry, log_entry.c.event_id == event.c.id).outerjoin(
                told, told.c.event_id == event.c.id
            )
        )
        .order_by(event.c.id)
    )
    names = groupby(
        view.rows(select(kin.c.event_id, kin.c.name).order_by(kin.c.event_id, kin.c.name)),
        key=lambda row: row.event_id,
    )
    waiting = next(names, None)
    for row in view.watch("told events", view.count(event), view.rows(statement)):
        while waiting is not None and waiting[0] < row.id:
            yield _astray(waiting[0])
            waiting = next(names, None)
        found: list[bytes] = []
        if waiting is not None and waiting[0] == row.id:
            found = [each.name for each in waiting[1]]
            waiting = next(names, None)
        if row.log_index is None or row.log_index >= view.from_index:
            yield from _check_row(row, found)
    while waiting is not None:
        yield _astray(waiting[0])
        waiting = next(names, None)
    alone = select(told.c.event_id).where(told.c.event_id.not_in(select(event.c.id)))
    for row in view.rows(alone):
        yield Difference(f"what event number {row.event_id} says", "there without the event", "none")


def _astray(event_id: int) -> Difference:
    return Difference(f"what event number {event_id} is walked to by", "there without the event", "none")


def _check_row(row: Row[Any], names: list[bytes]) -> Iterator[Difference]:
    where = f"event number {row.id}"
    try:
        record = as_retold(row)
        words = words_of(record.event)
        want = told_row(row.id, record, words)
    except (TraceError, LookupError, ValueError, TypeError, AttributeError):
        return  # it cannot be read, which is said where events are checked
    if row.told is None:
        yield Difference(f"what {where} says to a trace", "missing", "there")
        return
    for column, value in zip(_SAID, want[1:], strict=True):
        what = column.name.replace("_", " ")
        yield from compare(f"{where}: its {what} to a trace", getattr(row, f"told_{column.name}"), value)
    yield from compare(f"{where}: what it is walked to by", b"".join(names), b"".join(kin_names(words)))
