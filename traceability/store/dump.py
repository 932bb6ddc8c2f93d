"""Every row of the database as lines of JSON, the same from SQLite and PostgreSQL; and back into either."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    Table,
    Text,
    collate,
    column,
    func,
    insert,
    inspect,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from traceability.errors import InvalidInput
from traceability.store.all_tables import metadata

ROWS_AT_ONCE = 500
"""In memory; a row may hold a payload of 64 KiB."""

KINDS: Mapping[str, type[TypeEngine[Any]]] = {
    "boolean": Boolean,
    "number": BigInteger,
    "bytes": LargeBinary,
    "text": Text,
}
"""What a value is to the database that takes it, whichever gave it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table's name and its columns, each with one of `KINDS`: all that is needed to read its lines."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, table: Table) -> Self:
        return cls(table.name, tuple((each.name, _kind(each)) for each in table.columns))


def tables() -> list[Table]:
    """Each after those that its rows refer to; without those of which no copy may be kept."""
    return [each for each in metadata.sorted_tables if not each.info.get("not_in_backups")]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """The database as it is now, whatever is written meanwhile; nobody has to wait."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with connection, connection.begin():
        yield connection


def lines(connection: Connection, source: Table) -> Iterator[bytes]:
    """One JSON list a row, in the order of the primary key; bytes are base64."""
    encoders = [_ENCODE.get(kind) for _, kind in Shape.of(source).columns]
    statement = select(source).order_by(*_order(connection, source))
    for row in connection.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE}):
        values = zip(row, encoders, strict=True)
        yield orjson.dumps([value if encode is None else encode(value) for value, encode in values]) + b"\n"


def load(connection: Connection, shape: Shape, source: Iterable[bytes]) -> int:
    """Insert what `lines` gave; how many rows. Raises `InvalidInput` for what it cannot have given."""
    columns = [column(name, KINDS[kind]()) for name, kind in shape.columns]
    target, count = table(shape.name, *columns), 0
    rows = (_row(shape, line) for line in source)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        connection.execute(insert(target), some)
        count += len(some)
    if connection.dialect.name == "postgresql":
        _set_counters(connection, shape)
    return count


def check_empty(connection: Connection) -> None:
    if found := inspect(connection).get_table_names():
        raise InvalidInput(f"the database holds {len(found)} tables already, want an empty one")


def _kind(of: Column[Any]) -> str:
    return next((kind for kind, type_ in _OF_KIND.items() if isinstance(of.type, type_)), "text")


def _order(connection: Connection, source: Table) -> list[ColumnElement[Any]]:
    """PostgreSQL sorts texts by its locale unless told to sort as SQLite does."""
    is_postgresql = connection.dialect.name == "postgresql"
    return [
        collate(each, "C") if is_postgresql and _kind(each) == "text" else each
        for each in source.primary_key.columns
    ]


_OF_KIND: Mapping[str, type[TypeEngine[Any]]] = {
    "boolean": Boolean,
    "number": Integer,
    "bytes": LargeBinary,
}


def _encode_bytes(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


_ENCODE: Mapping[str, Callable[[Any], object]] = {"bytes": _encode_bytes}


def _row(shape: Shape, line: bytes) -> dict[str, object]:
    try:
        values = orjson.loads(line)
        return {
            name: b64decode(value, validate=True) if kind == "bytes" and value is not None else value
            for (name, kind), value in zip(shape.columns, values, strict=True)
        }
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"a row of the table {shape.name} is not what a backup holds: {error}") from error


def _set_counters(connection: Connection, shape: Shape) -> None:
    """PostgreSQL counts the keys that it gives out itself, and has given out none of these."""
    for name, kind in shape.columns:
        quoted = connection.dialect.identifier_preparer.quote(shape.name)
        counter = kind == "number" and connection.scalar(select(func.pg_get_serial_sequence(quoted, name)))
        if counter:
            highest = func.max(column(name, BigInteger()))
            newest = select(func.setval(counter, func.coalesce(highest, 1), highest.is_not(None)))
            connection.execute(newest.select_from(table(shape.name, column(name))))
