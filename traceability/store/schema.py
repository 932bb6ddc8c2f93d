"""One `metadata` for all tables, and how a database is opened so that a commit is durable."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    make_url,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, OperationalError

from traceability.errors import InvalidInput, Unavailable
from traceability.store.troubles import told

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SQLITE, POSTGRESQL = "sqlite", "postgresql+psycopg"

AT_ONCE = 10_000
"""Values in one question: SQLite takes 32,766 of them in a statement, PostgreSQL twice as many."""

_WAIT_S = "30"
"""For a lock that another process holds."""
_UNLESS_GIVEN = {
    SQLITE: {"timeout": _WAIT_S},
    POSTGRESQL: {"options": f"-c lock_timeout={_WAIT_S}s", "connect_timeout": _WAIT_S},
}
"""What a URL says, if it says nothing else in its query."""
# What is deleted is overwritten: erased personal data must not stay in free pages.
_ON_CONNECT = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
_IMMEDIATE = "guoji_immediate"


def open_engine(url: str, create: bool = False) -> Engine:
    """The database at a SQLAlchemy URL: SQLite, or PostgreSQL through psycopg.

    Write in `engine.begin()`, read in `engine.connect()`. A database that does not answer, is locked or full
    raises `Unavailable`, which says what to do; a URL of another kind `InvalidInput`. So does a SQLite file
    that is missing and not to be created: a typo must not start an empty log.
    """
    parsed = _parsed(url)
    if parsed.drivername == POSTGRESQL:
        return _report_trouble(create_engine(parsed, pool_pre_ping=True))
    if not create and not Path(parsed.database or "").is_file():
        raise InvalidInput(f"there is no database at {parsed.database}: `guoji init` makes one")
    plain = create_engine(parsed)
    engine = _SqliteEngine(plain.pool, plain.dialect, plain.url)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return _report_trouble(engine)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InvalidInput(
            f"database: its URL is none, want {SQLITE}:///file or {POSTGRESQL}://..."
        ) from error
    if parsed.drivername not in (SQLITE, POSTGRESQL):
        raise InvalidInput(
            f"database: its URL begins with {parsed.drivername}, want {SQLITE} or {POSTGRESQL}"
        )
    return parsed.set(query={**_UNLESS_GIVEN[parsed.drivername], **parsed.query})


def is_among(column: Column[Any], values: Collection[Any] | None) -> ColumnElement[bool]:
    """Whether it is one of `values`; None says that all are asked for."""
    return true() if values is None else column.in_(values)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those of `rows` that no unique constraint says are there already."""
    if rows:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, or put them in the place of those that have their primary keys."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table)
    others = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    connection.execute(insert.on_conflict_do_update(index_elements=table.primary_key, set_=others), rows)


class _SqliteEngine(Engine):
    """Takes the one write lock when a writing transaction begins.

    A transaction that reads first and asks for the lock later is refused at once when another writer was
    faster: SQLite cannot let it wait, since what it has read is out of date.
    """

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.connect().execution_options(**{_IMMEDIATE: True}) as connection, connection.begin():
            yield connection


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no type
    connection.isolation_level = None  # `_begin_sqlite` begins, not the driver
    for pragma in _ON_CONNECT:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _report_trouble(engine: Engine) -> Engine:
    event.listen(engine, "handle_error", _as_unavailable)
    return engine


def _as_unavailable(context: ExceptionContext) -> None:
    error = context.original_exception
    meaning = told(error, context.engine.url) if context.engine else None
    if meaning is not None or isinstance(context.sqlalchemy_exception, OperationalError):
        plain = " ".join(str(error).split())  # a driver's words may be of many lines
        raise Unavailable(f"database: {plain if meaning is None else meaning}") from error
