"""A fresh database for each test, of each kind that the store promises to work on."""

import shutil

import pytest

from traceability.store.schema import open_engine

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]


@pytest.fixture(params=KINDS)
def empty_engine(request, tmp_path):
    is_sqlite = request.param == "sqlite"
    yield from _opened(f"sqlite:///{tmp_path / 'store.db'}" if is_sqlite else _new_postgresql(request)())


@pytest.fixture(params=KINDS)
def engine(request, tmp_path):
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "store.db")
        yield from _opened(f"sqlite:///{file}")
    else:
        yield from _opened(_new_postgresql(request)(request.getfixturevalue("migrated_postgresql")))


def _new_postgresql(request):
    return request.getfixturevalue("new_postgresql")


def _opened(url):
    engine = open_engine(url, create=True)
    yield engine
    engine.dispose()
