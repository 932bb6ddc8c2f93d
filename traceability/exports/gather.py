"""The records that an export needs, by holders of the goods alone: of a lot, or of a period with its past."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import datetime

from traceability.epcis.query.query import Condition, Query
from traceability.errors import InvalidInput
from traceability.exports.fsma import fsma_rows
from traceability.exports.kde import Row
from traceability.ledger.lineage import Walk
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.ledger.search import Search
from traceability.proof.custody import held_only
from traceability.proof.records import Record
from traceability.proof.told import Told

MOST_GOODS = 20_000
"""Lots, items and logistic units whose past is looked up for one export."""

_PAGE = 500


def rows_of_lot(lot: str, trace: Sequence[StoredEvent], events: EventStore) -> list[Row]:
    """The rows about `lot` (a canonical Digital Link) and what it was made from, not what lay beside it.

    Raises `InvalidInput` for too much.
    """
    held = held_only(trace, lot)
    lots = made_from(lot, held)
    # A trace of a lot leaves out where its items got their labels.
    records = _past(held, events) | {each.key: each for each in held}
    return [row for row in fsma_rows(list(records.values())) if (row.tlc or row.input_lot) in lots]


def rows_of_period(start: datetime, end: datetime, search: Search, events: EventStore) -> list[Row]:
    """The rows of what happened from `start` on and before `end`. Raises `InvalidInput` for too much."""
    happened = list(_period(start, end, search))
    goods = {name for each in happened for name in _goods(each)}
    within = {each.key: each for each in _held(happened, goods, Walk(events.telling))}
    records = {**_past(within.values(), events), **within}
    return [row for row in fsma_rows(list(records.values())) if row.record in within]


def made_from(lot: str, records: Iterable[Record]) -> set[str]:
    """`lot` and all that it was made from."""
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for each in records:
        roles = each.event.identifiers_by_role()
        for made in roles["output"]:
            sources[made].update(roles["input"])
    found, waiting = {lot}, [lot]
    while waiting:
        new = sources[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def _period(start: datetime, end: datetime, search: Search) -> Iterator[StoredEvent]:
    after = Condition("GE", ("eventTime",), (start,))
    query = Query((after, Condition("LT", ("eventTime",), (end,))), "eventTime", descending=False)
    page = search.find(query, None, _PAGE)
    yield from page.events
    while page.end is not None:
        page = search.find(query, page.end, _PAGE)
        yield from page.events


def _past(records: Iterable[StoredEvent], events: EventStore) -> dict[str, StoredEvent]:
    """All records of the goods in `records`, of what lay in them and of what they were made from."""
    walk = Walk(events.telling)
    found: dict[str, StoredEvent] = {}
    seen: set[str] = set()
    waiting = {name for each in records for name in _goods(each)}
    while waiting:
        seen |= waiting
        if len(seen) > MOST_GOODS:
            raise InvalidInput(f"more than {MOST_GOODS} lots and units belong to it, want a shorter period")
        new = [each for each in events.mentioning(waiting) if each.key not in found]
        held = {each.key: each for each in _held(new, waiting, walk)}
        found |= held
        waiting = {name for each in held.values() for name in _inside(each, seen)} - seen
    return found


def _held(records: Iterable[StoredEvent], goods: Set[str], walk: Walk) -> Iterator[StoredEvent]:
    """Those by which somebody speaks of some of these goods that held them (docs/adr/0033)."""
    walk.history.learn(goods)
    walk.custody.settle(goods)
    for each in records:
        told = Told.of(each)
        if any(walk.custody.stands(told, name) for name in goods & {*_goods(each)}):
            yield each


def _goods(stored: StoredEvent) -> Iterator[str]:
    roles = stored.event.identifiers_by_role()
    for role in ("epc", "class", "parent", "child", "input", "output"):
        yield from roles[role]


def _inside(stored: StoredEvent, wanted: Set[str]) -> Iterator[str]:
    roles = stored.event.identifiers_by_role()
    if wanted & {*roles["parent"], *roles["output"]}:
        yield from (*roles["child"], *roles["input"])
