"""Each event gives the terms and times by which queries find it, and what is listed as occurring occurs."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from traceability.epcis.query.fields import fields_of
from traceability.epcis.query.query import Value
from traceability.epcis.query.terms import terms_of
from traceability.errors import TraceError
from traceability.store.events import event
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.log import log_entry
from traceability.store.reindex import INDEXED, as_indexed
from traceability.store.terms import digest, listed_values, moment, occurring, term, times_of

_TIMES = ("happened_at_us", "recorded_at_us")


def check_terms(view: View) -> Iterator[Difference]:
    listed = {(row.kind, row.digest): row.value for row in view.rows(select(occurring))}
    left, all_read = dict(listed), view.from_index == 0
    statement = (
        select(
            *INDEXED, log_entry.c.index.label("log_index"), moment.c.happened_at_us, moment.c.recorded_at_us
        )
        .select_from(event.outerjoin(log_entry, log_entry.c.event_id == event.c.id).outerjoin(moment))
        .order_by(event.c.id)
    )
    rows = view.watch("indexed events", view.count(event), view.rows(statement))
    for number, row, digests in _beside(
        rows, view.rows(select(term).order_by(term.c.event_id, term.c.digest))
    ):
        where = f"event number {number}"
        if row is None:
            yield Difference(f"the index of {where}", "there without the event", "none")
        elif row.log_index is None or row.log_index >= view.from_index:
            fields = _fields(row)
            all_read = all_read and bool(fields)
            yield from _check_row(where, row, digests, fields)
            yield from _check_listed(where, fields, listed)
            for kind, value in listed_values(fields):
                left.pop((kind, digest(value)), None)
    if all_read:
        for (kind, _), value in left.items():
            yield Difference(f"the {kind} {value[:80]!r}", "listed", "left out, since no event has it")


def _beside(
    events: Iterable[Row[Any]], terms: Iterable[Row[Any]]
) -> Iterator[tuple[int, Row[Any] | None, list[bytes]]]:
    """Each event with its number and its terms; no event for terms that are there without one."""
    groups = groupby(terms, key=lambda each: each.event_id)
    waiting = next(groups, None)
    for row in events:
        while waiting is not None and waiting[0] < row.id:
            yield waiting[0], None, []
            waiting = next(groups, None)
        digests = []
        if waiting is not None and waiting[0] == row.id:
            digests = [each.digest for each in waiting[1]]
            waiting = next(groups, None)
        yield row.id, row, digests
    while waiting is not None:
        yield waiting[0], None, []
        waiting = next(groups, None)


def _fields(row: Row[Any]) -> dict[str, set[Value]]:
    """None of an event that cannot be read, which is said where events are checked."""
    try:
        return fields_of(as_indexed(row))
    except (TraceError, LookupError, ValueError, TypeError, AttributeError):
        return {}


def _check_row(
    where: str, row: Row[Any], digests: list[bytes], fields: dict[str, set[Value]]
) -> Iterator[Difference]:
    if not fields:
        return
    want = sorted(digest(each) for each in terms_of(fields))
    yield from compare(f"{where}: the terms under which it is found", b"".join(digests), b"".join(want))
    for name, time in zip(_TIMES, times_of(fields), strict=True):
        yield from compare(f"{where}: the indexed {name.split('_')[0]} time", getattr(row, name), time)


def _check_listed(
    where: str, fields: dict[str, set[Value]], listed: Mapping[tuple[str, bytes], str]
) -> Iterator[Difference]:
    for kind, value in listed_values(fields):
        yield from compare(
            f"{where}: the {kind} that is listed of it", listed.get((kind, digest(value))), value
        )
