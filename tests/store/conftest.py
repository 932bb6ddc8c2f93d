"""A fresh database for each test, of each kind that the store promises to work on."""

import pytest

from traceability.store.migrate import migrate
from traceability.store.schema import open_engine


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def empty_engine(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.db'}"
    else:
        url = request.getfixturevalue("new_postgresql")()
    engine = open_engine(url, create=True)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_engine):
    migrate(empty_engine)
    return empty_engine
