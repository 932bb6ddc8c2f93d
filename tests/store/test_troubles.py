"""Each trouble of a database is one line that says what to do, and `Unavailable`: to be tried again."""

import sqlite3

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert, text

from traceability.errors import Unavailable
from traceability.store.schema import open_engine

_metadata = MetaData()
thing = Table("thing", _metadata, Column("number", Integer), Column("bytes", LargeBinary))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "store.db"


@pytest.fixture
def sqlite(file):
    engine = open_engine(f"sqlite:///{file}?timeout=0.1", create=True)
    _metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql(new_postgresql):
    engine = open_engine(f"{new_postgresql()}&options=-c%20lock_timeout%3D100")
    _metadata.create_all(engine)
    yield engine
    engine.dispose()


def write(engine, size=1):
    with engine.begin() as connection:
        connection.execute(insert(thing).values(number=1, bytes=bytes(size)))


def test_a_full_disk_names_the_folder_and_is_over_when_there_is_room_again(sqlite, file):
    with sqlite.connect() as connection:  # the pool gives the same connection each time
        connection.exec_driver_sql("PRAGMA max_page_count = 8")

    with pytest.raises(Unavailable, match=rf"^database: the disk is full: free some space in {file.parent}$"):
        write(sqlite, 100_000)

    with sqlite.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000")
    write(sqlite, 100_000)


def test_a_database_that_another_process_keeps_locked_says_so_and_goes_on_afterwards(sqlite, file):
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(Unavailable, match=rf"^database: {file} is locked by another process for too long"):
        write(sqlite)

    other.execute("ROLLBACK")
    other.close()
    write(sqlite)


def test_a_database_that_may_not_be_written_is_unavailable(sqlite, file):
    with sqlite.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    with pytest.raises(Unavailable, match=f"^database: {file} may not be written: look at its owner"):
        write(sqlite)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "want"),
    [
        ("53100", "the disk of the server is full: free some space there"),
        ("53300", "the server has no connection left"),
        ("25006", "the server takes no writes"),
    ],
)
def test_a_trouble_of_the_server_says_what_to_do_there(postgresql, state, want):
    raised = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"

    with pytest.raises(Unavailable, match=rf"^database: {want}"), postgresql.begin() as connection:
        connection.execute(text(raised))


@pytest.mark.slow
def test_a_row_that_another_session_keeps_locked_says_so_and_goes_on_afterwards(postgresql):
    with postgresql.begin() as other:
        other.execute(text("LOCK TABLE thing"))

        with pytest.raises(Unavailable, match=r"^database: another session has locked what we need"):
            write(postgresql)

    write(postgresql)


@pytest.mark.slow
def test_by_default_nobody_waits_for_ever_for_a_lock(new_postgresql, tmp_path):
    asked = {"SHOW lock_timeout": new_postgresql(), "PRAGMA busy_timeout": f"sqlite:///{tmp_path / 'a.db'}"}
    answers = []
    for question, url in asked.items():
        engine = open_engine(url, create=True)
        with engine.connect() as connection:
            answers.append(connection.execute(text(question)).scalar())
        engine.dispose()

    assert answers == ["30s", 30_000]


def test_a_server_that_is_away_is_said_in_one_line(tmp_path):
    away = open_engine(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")

    with pytest.raises(Unavailable) as trouble, away.connect():
        pass

    assert "\n" not in str(trouble.value)
