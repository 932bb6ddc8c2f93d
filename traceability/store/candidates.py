"""Proposes, window by window and in order, the events whose terms and times fit a query."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
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

from traceability.epcis.query.query import Query
from traceability.epcis.query.terms import IN_ORDER, lookups
from traceability.ledger.search import Position
from traceability.store.readers import read_by
from traceability.store.terms import digest, microseconds, moment, term

SORTED_AT_ONCE = 5_000
"""Events of a term that are put in order of time; where there are more, times are walked instead."""
WINDOW = 1_000
"""Candidates of one statement."""
MOST_CANDIDATES = 20 * WINDOW
"""Of one page; then it ends, and the next one goes on."""
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
    reader: str | None
    """GLN of the party that alone the events concern; there are no others then."""


class Candidates:
    """Windows of positions in order: those that fit the terms of a query, and the last one that was seen."""

    def __init__(
        self, connection: Connection, query: Query, after: Position | None, reader: str | None = None
    ) -> None:
        self.exhausted = False
        """Whether there are no more."""
        self._connection = connection
        self._plan = _plan(query, reader)
        self._after = after

    def __iter__(self) -> Iterator[tuple[list[Position], Position]]:
        window = self._source()
        for _ in range(MOST_CANDIDATES // WINDOW):
            rows = window(self._after)
            if rows:
                self._after = Position(rows[-1].at, rows[-1].number)
                yield [Position(row.at, row.number) for row in rows if row.fits], self._after
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
            return lambda after: self._run(_by_number(plan, narrow, others, after))
        if few > SORTED_AT_ONCE:
            return lambda after: self._run(_walk(plan, after))
        numbers = self._connection.execute(_numbers(narrow)).scalars().all()
        return lambda after: self._run(_walk(plan, after, moment.c.event_id.in_(numbers), others))

    def _run(self, window: Select[tuple[int, int, bool]]) -> Sequence[Row[tuple[int, int, bool]]]:
        return self._connection.execute(window).all()

    def _count(self, digests: _Digests) -> int:
        some = _numbers(digests).limit(SORTED_AT_ONCE + 1).subquery()
        return self._connection.execute(select(func.count()).select_from(some)).scalar_one()


def _plan(query: Query, reader: str | None) -> _Plan:
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
    return _Plan(order, bool(query.order_by) and query.descending, and_(true(), *bounds), terms, reader)


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
    wanted = wanted.where(plan.bounds, true() if among is None else among, _concerns(plan, number))
    if after is not None:
        here, there = tuple_(plan.order, number), tuple_(literal(after.at), literal(after.number))
        wanted = wanted.where(here < there if plan.descending else here > there)
    keys = (plan.order, number)
    return wanted.order_by(*(key.desc() if plan.descending else key for key in keys)).limit(WINDOW)


def _by_number(
    plan: _Plan, narrow: _Digests, others: Sequence[_Digests], after: Position | None
) -> Select[tuple[int, int, bool]]:
    """Events that have one of some terms, in the order of their numbers: each term hands them out so."""
    past = -1 if after is None else after.number
    parts = [
        select(
            select(term.c.event_id)
            .where(term.c.digest == each, term.c.event_id > past, _concerns(plan, term.c.event_id))
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


def _concerns(plan: _Plan, number: ColumnElement[int]) -> ColumnElement[bool]:
    # Of other events not even the place in the order may be told: it is where a next page begins.
    return true() if plan.reader is None else number.in_(read_by(plan.reader))


def _fits(number: ColumnElement[int], terms: Sequence[_Digests]) -> ColumnElement[bool]:
    each = [exists().where(term.c.digest.in_(digests), term.c.event_id == number) for digests in terms]
    return and_(true(), *each).label("fits")
