"""Each event gives the entry, the names and the other columns that are stored beside it."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Row, select

from traceability.epcis.event import Event
from traceability.errors import TraceError
from traceability.ledger.capture import as_stored
from traceability.ledger.ports import StoredEvent
from traceability.log.merkle import leaf_hash
from traceability.proof.entry import Entry
from traceability.store.batches import batch
from traceability.store.events import event, mention, pending
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.log import log_entry

_DIGESTS = ("event_digest", "prehash_digest", "names_digest", "submitter", "captured_at_ms")
_COLUMNS = ("names", "event_hash", "content_digest")


def check_events(view: View) -> Iterator[Difference]:
    statement = (
        select(
            event,
            log_entry.c.index.label("log_index"),
            pending.c.event_id.label("queued"),
            batch.c.root.label("batch_root"),
        )
        .select_from(
            event.outerjoin(log_entry, log_entry.c.event_id == event.c.id)
            .outerjoin(pending)
            .outerjoin(batch, batch.c.entry_key == event.c.key)
        )
        .order_by(event.c.id)
    )
    mentions = groupby(
        view.rows(select(mention.c.event_id, mention.c.name).order_by(mention.c.event_id, mention.c.name)),
        key=lambda row: row.event_id,
    )
    waiting = next(mentions, None)
    for row in view.watch("events", view.count(event), view.rows(statement)):
        where = _where(row)
        yield from _check_place(where, row)
        if row.log_index is None or row.log_index >= view.from_index:
            yield from _check_contents(where, row)
        while waiting is not None and waiting[0] < row.id:
            yield _astray(waiting[0])
            waiting = next(mentions, None)
        names = b""
        if waiting is not None and waiting[0] == row.id:
            names = b"".join(each.name for each in waiting[1])
            waiting = next(mentions, None)
        yield from compare(f"{where}: the list of names under which it is found", names, row.names)
    while waiting is not None:
        yield _astray(waiting[0])
        waiting = next(mentions, None)


def _where(row: Row[Any]) -> str:
    return f"queued event {row.key[:80]}" if row.log_index is None else f"entry {row.log_index}"


def _astray(event_id: int) -> Difference:
    return Difference(f"a name of event number {event_id}", "there without the event", "none")


def _check_place(where: str, row: Row[Any]) -> Iterator[Difference]:
    if row.queued is None and row.log_index is None:
        yield Difference(f"event {row.key[:80]}", "neither in the log nor queued for it", "one of the two")
    if row.queued is not None and row.log_index is not None:
        yield Difference(where, "queued for the log once more", "taken once")


def _check_contents(where: str, row: Row[Any]) -> Iterator[Difference]:
    yield from compare(f"{where}: its key", row.key, leaf_hash(row.entry).hex())
    try:
        entry = Entry.from_bytes(row.entry)
        read = Event(body=orjson.loads(row.body), context=orjson.loads(row.context))
        given = as_stored(read, row.submitter, row.captured_at_ms, entry.nonce)
        want = Entry.from_bytes(given.entry)
    except (TraceError, LookupError, ValueError, TypeError, AttributeError) as error:
        yield Difference(where, f"unreadable ({error})", "an entry and its event")
        return
    for name in _DIGESTS:
        what = name.removesuffix("_ms").replace("_", " ").replace("prehash", "pre-hash")
        yield from compare(f"{where}: its {what}", getattr(entry, name), getattr(want, name))
    yield from _check_columns(where, row, given)


def _check_columns(where: str, row: Row[Any], given: StoredEvent) -> Iterator[Difference]:
    for name in _COLUMNS:
        yield from compare(
            f"{where}: the stored {name.replace('_', ' ')}", getattr(row, name), getattr(given, name)
        )
    yield from compare(f"{where}: whether it counts as a harvest", row.is_harvest, given.event.is_harvest)
    root = None if row.batch_root is None else row.batch_root.hex()
    yield from compare(
        f"{where}: the batch that is stored with it", root, given.event.body.get("guoji:batchRoot")
    )
