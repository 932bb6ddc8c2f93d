"""One moment of a store, as all checks see it while the system runs on."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Executable, Row, Table, func, select, text

T = TypeVar("T")
_AT_ONCE = 1_000


class Watch(Protocol):
    """Sees each item pass, so that somebody can be told how far a check is."""

    def __call__(self, what: str, total: int, items: Iterable[T]) -> Iterator[T]:
        """The `items`, of which there are `total`."""


@dataclass(frozen=True, slots=True)
class View:
    connection: Connection
    watch: Watch
    tell: Callable[[str], None]
    """Takes one line for each thing that could not be checked."""
    from_index: int = 0
    """Events and batches whose entries have lower indexes are not recomputed."""

    def rows(self, statement: Executable) -> Iterator[Row[Any]]:
        """Read as they are needed: a store has more rows than memory."""
        with self.connection.execute(statement, execution_options={"yield_per": _AT_ONCE}) as rows:
            yield from rows

    def count(self, table: Table) -> int:
        count: int = self.connection.execute(select(func.count()).select_from(table)).scalar_one()
        return count


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment, whatever is written meanwhile."""
    # SQLite's transaction does so from its first question on.
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection:
        connection.execute(text("SELECT count(*) FROM checkpoint"))
        yield connection


def portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while portion := list(islice(left, size)):
        yield portion
