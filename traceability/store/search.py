"""Finds the events that answer a query: the index proposes them in order, the query itself decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, Engine, func, select

from traceability.epcis.query.fields import fields_of
from traceability.epcis.query.matches import matches
from traceability.epcis.query.query import Condition, Query
from traceability.errors import QueryTooLarge
from traceability.ledger.ports import StoredEvent
from traceability.ledger.search import Kind, Page, Position
from traceability.store.candidates import Candidates
from traceability.store.events import event, read_events
from traceability.store.readers import read_by
from traceability.store.terms import LISTED, digest, listed_values, occurring

MOST_READ = 2_000
"""Events that one page reads to see whether they are answers."""
LARGEST_PAGE = 4 * 1024 * 1024
"""Characters of all events of a page, and of all that are read at once; but always one event."""
MOST_OWN = 5_000
"""Events of a party that are read to list what occurs in them."""
_READ_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Looked:
    """How far was looked, and the event there if it is an answer."""

    position: Position
    answer: StoredEvent | None = None
    length: int = 0


class EventSearch:
    """A page costs what it looks at, which has a limit; it never reads all events of the store."""

    def __init__(self, engine: Engine, reader: str | None = None) -> None:
        self._engine = engine
        self._reader = reader

    def only_for(self, party: str) -> "EventSearch":
        return EventSearch(self._engine, party)

    def find(self, query: Query, after: Position | None, at_most: int) -> Page:
        found: list[StoredEvent] = []
        length, end = 0, after
        with self._engine.connect() as connection:
            candidates = Candidates(connection, query, after, self._reader)
            for looked in _look(connection, query, candidates):
                if looked.answer is not None:
                    length += looked.length
                    if len(found) == at_most or (found and length > LARGEST_PAGE):
                        return Page(tuple(found), end)
                    found.append(looked.answer)
                end = looked.position
        return Page(tuple(found), None if candidates.exhausted else end)

    def check_count(self, query: Query) -> None:
        at_most = query.max_event_count
        if at_most is None:
            return
        with self._engine.connect() as connection:
            candidates = Candidates(connection, query, None, self._reader)
            answers = (each for each in _look(connection, query, candidates) if each.answer is not None)
            some = sum(1 for _ in islice(answers, at_most + 1))
        if some > at_most or not candidates.exhausted:
            raise QueryTooLarge(
                f"more than maxEventCount = {at_most} events answer, or too many had to be looked at to tell"
            )

    def values(self, kind: Kind, after: bytes, at_most: int) -> Sequence[tuple[bytes, str]]:
        if self._reader is not None:
            return self._values_of_own(kind, after)[:at_most]
        wanted = select(occurring.c.digest, occurring.c.value).where(
            occurring.c.kind == kind, occurring.c.digest > after
        )
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(occurring.c.digest).limit(at_most))
            return [(row.digest, row.value) for row in rows]

    def _values_of_own(self, kind: Kind, after: bytes) -> Sequence[tuple[bytes, str]]:
        assert self._reader is not None
        found: dict[bytes, str] = {}
        with self._engine.connect() as connection:
            numbers = connection.execute(read_by(self._reader).limit(MOST_OWN + 1))
            own = [row.event_id for row in numbers]
            if len(own) > MOST_OWN:
                raise QueryTooLarge(
                    f"more than {MOST_OWN} events concern party {self._reader}: ask for events"
                )
            for start in range(0, len(own), _READ_AT_ONCE):
                for each in read_events(connection, own[start : start + _READ_AT_ONCE]).values():
                    values = (value for of, value in listed_values(fields_of(each)) if of == kind)
                    found.update((digest(value), value) for value in values)
        return sorted(each for each in found.items() if each[0] > after)

    def occurs(self, kind: Kind, value: str) -> bool:
        if self._reader is not None:
            return bool(self.find(Query((Condition("EQ", LISTED[kind], (value,)),)), None, 1).events)
        row = select(occurring.c.kind).where(occurring.c.kind == kind, occurring.c.digest == digest(value))
        with self._engine.connect() as connection:
            return connection.execute(row).first() is not None


def _look(connection: Connection, query: Query, candidates: Candidates) -> Iterator[_Looked]:
    """Each candidate in order, and the end of each window, until there are no more or too many."""
    read = 0
    for fitting, end in candidates:
        for portion in _portions(connection, fitting):
            events = read_events(connection, [position.number for position in portion])
            for position, length in portion.items():
                stored = events[position.number]
                yield _Looked(position, stored, length) if matches(stored, query) else _Looked(position)
            read += len(portion)
            if read >= MOST_READ:
                return
        yield _Looked(end)


def _portions(connection: Connection, positions: Sequence[Position]) -> Iterator[dict[Position, int]]:
    """As many as are read at once, with the length of each."""
    left = iter(positions)
    while some := list(islice(left, _READ_AT_ONCE)):
        numbers = [position.number for position in some]
        wanted = select(event.c.id, func.length(event.c.body).label("length")).where(event.c.id.in_(numbers))
        lengths = {row.id: row.length for row in connection.execute(wanted)}
        portion: dict[Position, int] = {}
        for position in some:
            length = lengths[position.number]
            if portion and sum(portion.values()) + length > LARGEST_PAGE:
                yield portion
                portion = {}
            portion[position] = length
        yield portion
