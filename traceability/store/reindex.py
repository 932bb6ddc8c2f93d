"""Fills the index by which queries find events, for those that were there before it."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Row, select

from traceability.epcis.event import Event
from traceability.store.events import event
from traceability.store.terms import index_events

_AT_ONCE = 500
INDEXED: tuple[Column[Any], ...] = (
    event.c.id,
    event.c.body,
    event.c.context,
    event.c.event_hash,
    event.c.captured_at_ms,
)
"""All that the index follows from, and no column that a later version may add."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index sees of a stored event."""

    event: Event
    event_hash: str
    captured_at_ms: int


def as_indexed(row: Row[Any]) -> Indexed:
    """From the columns `INDEXED`. Raises `ValueError` for an event that is no JSON."""
    read = Event(body=orjson.loads(row.body), context=orjson.loads(row.context))
    return Indexed(read, row.event_hash, row.captured_at_ms)


def index_all_events(connection: Connection) -> None:
    """Index every event, in portions; the tables of the index must be empty."""
    last = 0
    events = select(*INDEXED).order_by(event.c.id).limit(_AT_ONCE)
    while rows := connection.execute(events.where(event.c.id > last)).all():
        index_events(connection, [(row.id, as_indexed(row)) for row in rows])
        last = rows[-1].id
