"""Every change of the links that brand owners register, each row for good."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    func,
    insert,
    select,
)

from traceability.gs1.resolver.registration import entry_json, entry_level, read_registration
from traceability.ledger.links import Change, check_top
from traceability.store.schema import AT_ONCE, metadata

link_change = Table(
    "link_change",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("anchor", Text, nullable=False),
    # Entry level of the anchor: the product of a lot.
    Column("top", Text, nullable=False),
    # As it was registered, in JSON; null says that it was removed.
    Column("entry", Text),
    Column("by", String(13), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    # Serve the newest change of an anchor, and whether anything stands under an entry level.
    Index("ix_link_change_anchor", "anchor", "number"),
    Index("ix_link_change_top", "top", "number"),
)


class LinkTable:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, changes: Sequence[Change], allowed: Callable[[Mapping[str, Change]], None]) -> None:
        tops = {each.anchor: entry_level(each.anchor) for each in changes}
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # One writer at a time, as SQLite has it: numbers are then seen in their order.
                connection.exec_driver_sql("LOCK TABLE link_change IN EXCLUSIVE MODE")
            allowed(_first(connection, {*tops, *tops.values()}))
            connection.execute(insert(link_change), [_row(each, tops[each.anchor]) for each in changes])
            registered = _newest(connection, tops.values())
            for top in sorted(set(tops.values())):
                said = registered[top].registration if top in registered else None
                check_top(top, said, _has_finer(connection, top))

    def newest(self, anchors: Collection[str]) -> Mapping[str, Change]:
        with self._engine.connect() as connection:
            return _newest(connection, anchors)

    def all(self) -> list[Change]:
        latest = select(func.max(link_change.c.number)).group_by(link_change.c.anchor)
        with self._engine.connect() as connection:
            return sorted(_standing(connection, latest), key=lambda each: each.anchor)

    def history(self, anchor: str) -> list[Change]:
        theirs = select(link_change).where(link_change.c.anchor == anchor).order_by(link_change.c.number)
        with self._engine.connect() as connection:
            return [_change(row) for row in connection.execute(theirs)]

    def revision(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(link_change.c.number))).scalar_one() or 0


def _newest(connection: Connection, anchors: Collection[str]) -> dict[str, Change]:
    """Where it leaves links."""
    numbers = _numbers(func.max(link_change.c.number), anchors)
    return {each.anchor: each for some in numbers for each in _standing(connection, some)}


def _first(connection: Connection, anchors: Collection[str]) -> dict[str, Change]:
    numbers = _numbers(func.min(link_change.c.number), anchors)
    return {each.anchor: each for some in numbers for each in _changes(connection, some)}


def _numbers(which: ColumnElement[int], anchors: Collection[str]) -> Iterator[Select[int]]:
    """Of one change of each anchor, for `AT_ONCE` of them."""
    names = sorted(anchors)
    for start in range(0, len(names), AT_ONCE):
        some = link_change.c.anchor.in_(names[start : start + AT_ONCE])
        yield select(which).where(some).group_by(link_change.c.anchor)


def _standing(connection: Connection, numbers: Select[int]) -> list[Change]:
    """Those of the changes with these numbers that leave links."""
    return [each for each in _changes(connection, numbers) if each.registration is not None]


def _changes(connection: Connection, numbers: Select[int]) -> list[Change]:
    wanted = select(link_change).where(link_change.c.number.in_(numbers))
    return [_change(row) for row in connection.execute(wanted)]


def _has_finer(connection: Connection, top: str) -> bool:
    latest = (
        select(func.max(link_change.c.number))
        .where(link_change.c.top == top, link_change.c.anchor != top)
        .group_by(link_change.c.anchor)
    )
    standing = select(link_change.c.number).where(
        link_change.c.number.in_(latest), link_change.c.entry.is_not(None)
    )
    return connection.execute(standing.limit(1)).first() is not None


def _row(change: Change, top: str) -> dict[str, object]:
    said = change.registration
    entry = None if said is None else orjson.dumps(entry_json(said)).decode()
    return {"anchor": change.anchor, "top": top, "entry": entry, "by": change.by, "at_ms": change.at_ms}


def _change(row: "Row[tuple[object, ...]]") -> Change:
    said = None if row.entry is None else read_registration(orjson.loads(row.entry))
    return Change(row.anchor, said, row.by, row.at_ms)
