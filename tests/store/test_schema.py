import threading

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text, update

from traceability.errors import InvalidInput, Unavailable
from traceability.store.schema import open_engine

_metadata = MetaData()
counter = Table("counter", _metadata, Column("value", Integer))


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}", create=True)
    _metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_a_commit_is_durable_and_foreign_keys_hold(engine):
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_mistyped_name_does_not_start_an_empty_database(tmp_path):
    with pytest.raises(InvalidInput, match="guoji init"):
        open_engine(f"sqlite:///{tmp_path / 'stroe.db'}")


def test_writers_who_read_first_wait_for_each_other(engine):
    with engine.begin() as connection:
        connection.execute(insert(counter).values(value=0))

    def count():
        for _ in range(20):
            with engine.begin() as connection:
                value = connection.execute(select(counter.c.value)).scalar_one()
                connection.execute(update(counter).values(value=value + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with engine.connect() as connection:
        assert connection.execute(select(counter.c.value)).scalar_one() == 80


def test_a_reader_does_not_wait_for_a_writer(engine):
    with engine.begin() as writer:
        writer.execute(insert(counter).values(value=1))
        with engine.connect() as reader:
            assert reader.execute(select(counter.c.value)).all() == []


def test_a_failed_transaction_leaves_nothing(engine):
    def fail():
        with engine.begin() as connection:
            connection.execute(insert(counter).values(value=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with engine.connect() as connection:
        assert connection.execute(select(counter.c.value)).all() == []


def test_a_database_that_does_not_answer_is_unavailable(tmp_path):
    away = open_engine(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")

    with pytest.raises(Unavailable, match="database: "), away.connect():
        pass
