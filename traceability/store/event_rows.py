"""An event as a row of its table, and back."""

import orjson
from sqlalchemy import RowMapping

from traceability.epcis.event import Event
from traceability.ledger.ports import StoredEvent
from traceability.store.bulk import Values


def event_row(number: int, new: StoredEvent) -> Values:
    """In the order of the columns of `event`."""
    return (
        number,
        new.key,
        orjson.dumps(new.event.body).decode(),
        orjson.dumps(new.event.context).decode(),
        new.event_hash,
        new.content_digest,
        new.submitter,
        new.captured_at_ms,
        new.entry,
        new.names,
        new.event.is_harvest,
    )


def stored_event(row: RowMapping) -> StoredEvent:
    return StoredEvent(
        event=Event(body=orjson.loads(row["body"]), context=orjson.loads(row["context"])),
        entry=row["entry"],
        names=row["names"],
        key=row["key"],
        event_hash=row["event_hash"],
        content_digest=row["content_digest"],
        submitter=row["submitter"],
        captured_at_ms=row["captured_at_ms"],
    )
