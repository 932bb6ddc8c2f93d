"""Each batch is what its readings and its event say, and each sealed reading stands in exactly one."""

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Row, select

from traceability.errors import TraceError
from traceability.store.batches import batch
from traceability.store.events import event
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.log import log_entry
from traceability.store.readings import as_reading, reading
from traceability.telemetry.batch import NO_BATCH, Batch, build_batch
from traceability.telemetry.batch_event import check_batch


def check_batches(view: View) -> Iterator[Difference]:
    statement = (
        select(batch, event.c.body, log_entry.c.index.label("log_index"))
        .select_from(
            batch.outerjoin(event, event.c.key == batch.c.entry_key).outerjoin(
                log_entry, log_entry.c.event_id == event.c.id
            )
        )
        .order_by(batch.c.device, batch.c.number)
    )
    before: Row[Any] | None = None
    for row in view.watch("batches", view.count(batch), view.rows(statement)):
        if before is not None and before.device != row.device:
            before = None
        where = f"batch {row.number} of {row.device}"
        yield from _check_order(where, row, before)
        if row.body is None:
            yield Difference(f"{where}: its event {row.entry_key[:80]}", "missing", "an event")
        elif row.log_index is None or row.log_index >= view.from_index:
            yield from _check_leaves(view, where, row)
        before = row


def _check_order(where: str, row: Row[Any], before: Row[Any] | None) -> Iterator[Difference]:
    number, arrival, root = (
        (1, 1, NO_BATCH) if before is None else (before.number + 1, before.to_arrival + 1, before.root)
    )
    yield from compare(f"{where}: its number", row.number, number)
    yield from compare(f"{where}: its first arrival", row.from_arrival, arrival)
    yield from compare(f"{where}: the root of the batch before it", row.previous_root, root)


def _check_leaves(view: View, where: str, row: Row[Any]) -> Iterator[Difference]:
    held = select(reading).where(
        reading.c.device == row.device, reading.c.arrival.between(row.from_arrival, row.to_arrival)
    )
    try:
        sealed = build_batch([as_reading(each) for each in view.rows(held)], row.previous_root)
    except (TraceError, ValueError) as error:
        yield Difference(f"{where}: its readings", f"no batch ({error})", "the readings that were sealed")
        return
    yield from _check_row(where, row, sealed)
    try:
        body = orjson.loads(row.body)
        check_batch(sealed.leaves, body)
        yield from compare(f"{where}: whether it has findings", row.has_findings, "guoji:findings" in body)
    except (TraceError, ValueError) as error:
        yield Difference(f"{where}: its event", f"not about these readings ({error})", "about them")


def _check_row(where: str, row: Row[Any], sealed: Batch) -> Iterator[Difference]:
    header = sealed.header
    yield from compare(f"{where}: its root", row.root, sealed.root)
    for name in ("epoch", "count", "first_sequence", "last_sequence"):
        yield from compare(
            f"{where}: its {name.replace('_', ' ')}", getattr(row, name), getattr(header, name)
        )
