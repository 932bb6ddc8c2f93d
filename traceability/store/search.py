"""Finds the events that answer a query: the index proposes them in order, the query itself decides."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    exists,
    func,
    literal,
    select,
    true,
    tuple_,
    union,
)

from traceability.epcis.query.matches import matches
from traceability.epcis.query.query import Query
from traceability.epcis.query.terms import IN_ORDER, lookups
from traceability.errors import QueryTooLarge
from traceability.ledger.ports import StoredEvent
from traceability.ledger.search import Kind, Page, Position
from traceability.store.events import read_events
from traceability.store.terms import digest, microseconds, moment, occurring, term

SORTED_AT_ONCE = 5_000
"""Events of a term that are put in order of time; where there are more, times are walked instead."""
WINDOW = 1_000
"""Candidates of one statement."""
MOST_CANDIDATES = 20 * WINDOW
"""Of one page; then it ends, and the next one goes on."""
MOST_READ = 2_000
"""Events that one page reads to see whether they are answers."""
_READ_AT_ONCE = 50

_TIMES = {"eventTime": moment.c.happened_at_us, "recordTime": moment.c.recorded_at_us}
_Digests = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the candidates of a query are walked."""

    order: ColumnElement[int]
    descending: bool
    bounds: ColumnElement[bool]
    terms: tuple[_Digests, ...]
    """For each condition that has them: an answer has one of these."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """A candidate that was looked at, and the event if it is an answer."""

    position: Position
    answer: StoredEvent | None


class EventSearch:
    """A page costs what it looks at, which has a limit; it never reads all events of the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, query: Query, after: Position | None, at_most: int) -> Page:
        found: list[StoredEvent] = []
        end = after
        with self._engine.connect() as connection:
            candidates = _Candidates(connection, _plan(query), after)
            for looked in _look(connection, query, candidates):
                if looked.answer is not None:
                    if len(found) == at_most:
                        return Page(tuple(found), end)
                    found.append(looked.answer)
                end = looked.position
        return Page(tuple(found), None if candidates.exhausted else end)

    def check_count(self, query: Query) -> None:
        at_most = query.max_event_count
        if at_most is None:
            return
        page = self.find(query, None, at_most)
        if page.end is not None:
            raise QueryTooLarge(
                f"more than maxEventCount = {at_most} events answer, or too many had to be looked at to tell"
            )

    def values(self, kind: Kind, after: bytes, at_most: int) -> Sequence[tuple[bytes, str]]:
        wanted = select(occurring.c.digest, occurring.c.value).where(
            occurring.c.kind == kind, occurring.c.digest > after
        )
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(occurring.c.digest).limit(at_most))
            return [(row.digest, row.value) for row in rows]

    def occurs(self, kind: Kind, value: str) -> bool:
        row = select(occurring.c.kind).where(occurring.c.kind == kind, occurring.c.digest == digest(value))
        with self._engine.connect() as connection:
            return connection.execute(row).first() is not None


def _plan(query: Query) -> _Plan:
    terms = tuple([digest(each) for each in sorted(wanted)] for wanted in lookups(query))
    timed = [condition for condition in query.conditions if not IN_ORDER.isdisjoint(condition.fields)]
    bounds = [
        column >= limit if condition.test == "GE" else column < limit
        for condition in timed
        for column in [_TIMES[condition.fields[0]]]
        for limit in [microseconds(condition.values[0])]
    ]
    # Where no order is asked for, that of the time which is asked for needs the fewest looks.
    by = query.order_by or (timed[0].fields[0] if timed else None)
    order = _TIMES[by] if by else moment.c.event_id
    return _Plan(order, bool(query.order_by) and query.descending, and_(true(), *bounds), terms)


def _look(connection: Connection, query: Query, candidates: "_Candidates") -> Iterator[_Looked]:
    """Each candidate in order, until there are no more or too many."""
    read, left = 0, iter(candidates)
    while some := list(islice(left, _READ_AT_ONCE)):
        fitting = [position.number for position, fits in some if fits]
        events = read_events(connection, fitting) if fitting else {}
        for position, fits in some:
            is_answer = fits and matches(events[position.number], query)
            yield _Looked(position, events[position.number] if is_answer else None)
        read += len(fitting)
        if read >= MOST_READ:
            return


class _Candidates:
    """Positions in order, each with whether its terms fit all of the query."""

    def __init__(self, connection: Connection, plan: _Plan, after: Position | None) -> None:
        self.exhausted = False
        """Whether there are no more."""
        self._connection = connection
        self._plan = plan
        self._after = after

    def __iter__(self) -> Iterator[tuple[Position, bool]]:
        window = self._source()
        for _ in range(MOST_CANDIDATES // WINDOW):
            rows = window(self._after)
            for row in rows:
                self._after = Position(row.at, row.number)
                yield self._after, bool(row.fits)
            if len(rows) < WINDOW:
                self.exhausted = True
                return

    def _source(self) -> Callable[[Position | None], Sequence[Row[tuple[int, int, bool]]]]:
        """What reads the next window after a position."""
        plan = self._plan
        if not plan.terms:
            return lambda after: self._run(_walk(plan, after))
        few, narrowest = min((self._count(each), place) for place, each in enumerate(plan.terms))
        others = plan.terms[:narrowest] + plan.terms[narrowest + 1 :]
        narrow = plan.terms[narrowest]
        if plan.order is moment.c.event_id:
            return lambda after: self._run(_by_number(narrow, others, after))
        if few > SORTED_AT_ONCE:
            return lambda after: self._run(_walk(plan, after))
        numbers = self._connection.execute(_numbers(narrow)).scalars().all()
        return lambda after: self._run(_walk(plan, after, moment.c.event_id.in_(numbers), others))

    def _run(self, window: Select[tuple[int, int, bool]]) -> Sequence[Row[tuple[int, int, bool]]]:
        return self._connection.execute(window).all()

    def _count(self, digests: _Digests) -> int:
        some = _numbers(digests).limit(SORTED_AT_ONCE + 1).subquery()
        return self._connection.execute(select(func.count()).select_from(some)).scalar_one()


def _numbers(digests: _Digests) -> Select[tuple[int]]:
    return select(term.c.event_id).where(term.c.digest.in_(digests)).distinct()


def _walk(
    plan: _Plan,
    after: Position | None,
    among: ColumnElement[bool] | None = None,
    terms: Sequence[_Digests] | None = None,
) -> Select[tuple[int, int, bool]]:
    """Events in the order of the plan, all or those `among` some."""
    number = moment.c.event_id
    wanted = select(
        plan.order.label("at"), number.label("number"), _fits(number, plan.terms if terms is None else terms)
    )
    wanted = wanted.where(plan.bounds, true() if among is None else among)
    if after is not None:
        here, there = tuple_(plan.order, number), tuple_(literal(after.at), literal(after.number))
        wanted = wanted.where(here < there if plan.descending else here > there)
    keys = (plan.order, number)
    return wanted.order_by(*(key.desc() if plan.descending else key for key in keys)).limit(WINDOW)


def _by_number(
    narrow: _Digests, others: Sequence[_Digests], after: Position | None
) -> Select[tuple[int, int, bool]]:
    """Events that have one of some terms, in the order of their numbers: each term hands them out so."""
    past = -1 if after is None else after.number
    parts = [
        select(
            select(term.c.event_id)
            .where(term.c.digest == each, term.c.event_id > past)
            .order_by(term.c.event_id)
            .limit(WINDOW)
            .subquery()
        )
        for each in narrow
    ]
    number = union(*parts).subquery().c.event_id
    return (
        select(number.label("at"), number.label("number"), _fits(number, others))
        .order_by(number)
        .limit(WINDOW)
    )


def _fits(number: ColumnElement[int], terms: Sequence[_Digests]) -> ColumnElement[bool]:
    each = [exists().where(term.c.digest.in_(digests), term.c.event_id == number) for digests in terms]
    return and_(true(), *each).label("fits")
