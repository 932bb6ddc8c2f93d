"""Fills the index by which queries find events, for those that were there before it."""

from sqlalchemy import Connection, select

from traceability.store.events import event, read_events
from traceability.store.terms import index_events

_AT_ONCE = 500


def index_all_events(connection: Connection) -> None:
    """Index every event, in portions; the tables of the index must be empty."""
    last = 0
    numbers = select(event.c.id).order_by(event.c.id).limit(_AT_ONCE)
    while some := connection.execute(numbers.where(event.c.id > last)).scalars().all():
        index_events(connection, sorted(read_events(connection, some).items()))
        last = some[-1]
