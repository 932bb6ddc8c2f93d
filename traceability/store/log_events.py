"""Events in the order in which the log took them: the index proposes answers, the query itself decides."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, and_, exists, select, true

from traceability.epcis.query.matches import matches
from traceability.epcis.query.query import Query
from traceability.epcis.query.terms import lookups
from traceability.ledger.grant import Grant
from traceability.ledger.notify import Answers
from traceability.ledger.ports import StoredEvent
from traceability.store.events import event, read_events
from traceability.store.log import log_entry, size_of_log
from traceability.store.readers import read_by
from traceability.store.terms import digest, term

WINDOW = 1_000
"""Entries that one look goes through."""
MOST_BYTES = 1024 * 1024
"""Of the events of one look, unless the first alone is larger."""
_READ_AT_ONCE = 50


class LogEventTable:
    """The `LogEvents` of subscriptions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def size(self) -> int:
        with self._engine.connect() as connection:
            return size_of_log(connection)

    def answers(self, query: Query, start: int, end: int, at_most: int, grant: Grant) -> Answers:
        found: list[int] = []
        bytes_left = MOST_BYTES
        with self._engine.connect() as connection:
            rows = connection.execute(_window(query, start, end, grant)).all()
            for row, stored in _read(connection, [row for row in rows if row.fits]):
                if not matches(stored, query):
                    continue
                bytes_left -= len(orjson.dumps(stored.event.body))
                if len(found) == at_most or (found and bytes_left < 0):
                    return Answers(tuple(found), row.at)
                found.append(row.event_id)
        return Answers(tuple(found), rows[-1].at + 1 if len(rows) == WINDOW else end)

    def events(self, numbers: Sequence[int], grant: Grant) -> Sequence[StoredEvent]:
        with self._engine.connect() as connection:
            mine = select(event.c.id).where(event.c.id.in_(numbers), _may_read(event.c.id, grant))
            events = read_events(connection, connection.execute(mine).scalars().all())
        return [events[each] for each in numbers if each in events]


def _window(query: Query, start: int, end: int, grant: Grant) -> Select[tuple[int, int | None, bool]]:
    number = log_entry.c.event_id
    terms = [[digest(each) for each in sorted(wanted)] for wanted in lookups(query)]
    has = [exists().where(term.c.digest.in_(some), term.c.event_id == number) for some in terms]
    return (
        select(
            log_entry.c.index.label("at"),
            number,
            and_(number.is_not(None), _may_read(number, grant), *has).label("fits"),
        )
        .where(log_entry.c.index >= start, log_entry.c.index < end)
        .order_by(log_entry.c.index)
        .limit(WINDOW)
    )


def _read(
    connection: Connection, rows: Sequence[Row[tuple[int, int | None, bool]]]
) -> Iterator[tuple[Row[tuple[int, int | None, bool]], StoredEvent]]:
    """Each row with its event, read a few at a time: a look ends as soon as it has found enough."""
    left = iter(rows)
    while some := list(islice(left, _READ_AT_ONCE)):
        events = read_events(connection, [row.event_id for row in some])
        yield from ((row, events[row.event_id]) for row in some)


def _may_read(number: ColumnElement[Any], grant: Grant) -> ColumnElement[bool]:
    return true() if grant.reads == "all" else number.in_(read_by(grant.party or ""))
