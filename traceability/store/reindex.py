"""Fills what events are found by and walked over, for those that were there before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Row, select, update

from traceability.epcis.event import Event
from traceability.store.events import event
from traceability.store.lineage import tell_events
from traceability.store.readers import keep_readers
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
TOLD: tuple[Column[Any], ...] = (*INDEXED, event.c.key, event.c.submitter)
"""All that the rows follow from over which traces are walked."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index sees of a stored event."""

    event: Event
    event_hash: str
    captured_at_ms: int


@dataclass(frozen=True, slots=True)
class Retold(Indexed):
    """What a trace sees of a stored event."""

    key: str
    submitter: str

    @property
    def name(self) -> tuple[str, str]:
        return self.event_hash, self.submitter


def as_indexed(row: Row[Any]) -> Indexed:
    """From the columns `INDEXED`. Raises `ValueError` for an event that is no JSON."""
    read = Event(body=orjson.loads(row.body), context=orjson.loads(row.context))
    return Indexed(read, row.event_hash, row.captured_at_ms)


def as_retold(row: Row[Any]) -> Retold:
    """From the columns `TOLD`. Raises `ValueError` for an event that is no JSON."""
    read = as_indexed(row)
    return Retold(read.event, read.event_hash, read.captured_at_ms, row.key, row.submitter)


def index_all_events(connection: Connection) -> None:
    """Index every event; the tables of the index must be empty."""
    for rows in _portions(connection, INDEXED):
        index_events(connection, [(row.id, as_indexed(row)) for row in rows])


def tell_all_events(connection: Connection) -> None:
    """Write the rows that traces are walked over, of every event; their tables must be empty."""
    for rows in _portions(connection, TOLD):
        tell_events(connection, [(row.id, as_retold(row)) for row in rows])


def keep_all_readers(connection: Connection) -> None:
    """Note whom every event concerns; the table must be empty."""
    for rows in _portions(connection, TOLD):
        keep_readers(connection, [(row.id, as_retold(row)) for row in rows])


def mark_all_harvests(connection: Connection) -> None:
    """Mark the events that are harvests; none that is marked becomes less."""
    for rows in _portions(connection, INDEXED):
        found = [row.id for row in rows if as_indexed(row).event.is_harvest]
        connection.execute(update(event).where(event.c.id.in_(found)).values(is_harvest=True))


def _portions(connection: Connection, columns: Sequence[Column[Any]]) -> Iterator[Sequence[Row[Any]]]:
    last = 0
    events = select(*columns).order_by(event.c.id).limit(_AT_ONCE)
    while rows := connection.execute(events.where(event.c.id > last)).all():
        yield rows
        last = rows[-1].id
