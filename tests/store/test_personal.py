"""What is erased is in no table and in no file of the database, and is remembered as erased."""

import contextlib
import random
import threading

import pytest
from sqlalchemy import text

from tests.builders import FARM
from tests.store.database_files import holds
from traceability.errors import Erased
from traceability.ledger.personal import Erasure, Kept
from traceability.proof.personal import Disclosure
from traceability.store.personal import PersonalTable

AT_MS = 1_790_000_000_000
SECRET = "张三-does-not-want-to-be-found"
LONG = SECRET + random.Random(1).randbytes(1_950).hex() + SECRET
"""Both databases keep part of it apart from its row, and neither can press it."""


def a_kept(number=0, value=SECRET):
    return Kept(Disclosure(f"farm:f{number}", number.to_bytes(16), value), "ab" * 32, FARM, AT_MS)


def an_erasure(kept, at_ms=AT_MS, reason="asked"):
    return Erasure(kept.disclosure.commitment, at_ms, reason)


@pytest.fixture
def table(engine):
    return PersonalTable(engine)


def held(table, *kept):
    return table.kept([each.disclosure.commitment for each in kept])


def test_what_is_kept_reads_back_and_is_kept_once(table):
    one, two = a_kept(1), a_kept(2, "")
    table.keep([one, two])
    table.keep([one])

    assert sorted(held(table, one, two, a_kept(3)), key=lambda kept: kept.disclosure.name) == [one, two]


@pytest.mark.parametrize("value", [SECRET, LONG], ids=["short", "long"])
def test_an_erased_value_is_in_no_file_of_the_database(engine, table, value):
    others = [a_kept(number, f"other {number}") for number in range(1, 200)]
    table.keep(others[:100])
    table.keep([a_kept(0, value)])
    table.keep(others[100:])
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE disclosure"))
    assert holds(engine, SECRET.encode())

    table.erase([an_erasure(a_kept(0, value)), *map(an_erasure, others[50:60])])

    assert table.sweep()
    assert not holds(engine, SECRET.encode())
    assert len(held(table, *others)) == 189
    assert held(table, a_kept(0, value)) == []


def test_what_was_erased_is_remembered_and_cannot_be_kept_again(table):
    one, two = a_kept(1), a_kept(2)
    table.keep([one])
    table.erase([an_erasure(one), an_erasure(two)])
    table.erase([an_erasure(one, AT_MS + 1, "again")])

    assert table.all_erasures() == sorted(
        [an_erasure(one), an_erasure(two)], key=lambda each: each.commitment
    )
    assert table.erasures([one.disclosure.commitment, "00" * 32]) == {
        one.disclosure.commitment: an_erasure(one)
    }
    with pytest.raises(Erased, match="was erased on 2026-09-21: asked; nothing of this was kept"):
        table.keep([a_kept(3), two])
    assert held(table, a_kept(3), one, two) == []


@pytest.mark.parametrize("read", ["disclosure", "event"])
def test_while_somebody_sees_an_older_state_the_files_are_not_called_clean(engine, table, read):
    one = a_kept(1)
    table.keep([one])
    isolated = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**isolated) as reader:
        reader.execute(text(f"SELECT count(*) FROM {read}")).all()
        table.erase([an_erasure(one)])
        assert not table.sweep()

    assert table.sweep()
    assert not holds(engine, SECRET.encode())


def test_while_somebody_holds_the_table_nobody_waits_for_it_for_long(engine, table):
    one = a_kept(1)
    table.keep([one])
    table.erase([an_erasure(one)])
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM disclosure")).all()
        assert not table.sweep()

    assert table.sweep()


def test_a_value_that_arrives_while_it_is_erased_is_not_left_behind(engine, table):
    for number in range(20):
        one = a_kept(number)
        threads = [
            threading.Thread(target=_keep, args=(table, one)),
            threading.Thread(target=table.erase, args=([an_erasure(one)],)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert held(table, one) == []


def _keep(table, kept):
    with contextlib.suppress(Erased):
        table.keep([kept])
