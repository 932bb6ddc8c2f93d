"""What a table holds is the same lines on both databases, and the same rows again in either."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.event import listen

from traceability.errors import InvalidInput
from traceability.store import dump
from traceability.store.anchors import anchor
from traceability.store.devices import DeviceTable, device
from traceability.store.dump import Shape
from traceability.store.events import event
from traceability.store.migrate import migrate
from traceability.store.readings import quarantine
from traceability.store.schema import open_engine
from traceability.telemetry.device import Device

AT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
SIGNED_64 = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


def a_row(tx_hash="0x01", **values):
    """An anchor: a table with texts, numbers, bytes and nulls."""
    defaults = {
        "contract": "0x02",
        "old_size": 0,
        "size": 1,
        "root": b"\0\xff",
        "note": "",
        "raw": b"",
        "sent_at_s": 0,
        "state": "sent",
        "block_number": None,
        "block_hash": None,
        "block_time_s": None,
    }
    return {"tx_hash": tx_hash, **defaults, **values}


def dumped(engine, table):
    with dump.snapshot(engine) as connection:
        return list(dump.lines(connection, table))


def refilled(engine, table, lines):
    with engine.begin() as connection:
        connection.execute(delete(table))
        dump.load(connection, Shape.of(table), lines)


@with_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "tx_hash": TEXTS,
                "note": TEXTS,
                "raw": st.binary(max_size=40),
                "size": SIGNED_64,
                "block_number": st.none() | SIGNED_64,
                "block_hash": st.none() | TEXTS,
            }
        ),
        max_size=8,
        unique_by=lambda row: row["tx_hash"],
    )
)
def test_rows_are_the_same_after_a_dump_and_a_load_and_so_is_the_next_dump(engine, rows):
    refilled(engine, anchor, [])
    with engine.begin() as connection:
        if rows:
            connection.execute(insert(anchor), [a_row(**row) for row in rows])
    first = dumped(engine, anchor)
    with engine.connect() as connection:
        before = set(map(tuple, connection.execute(select(anchor))))

    refilled(engine, anchor, first)

    with engine.connect() as connection:
        assert set(map(tuple, connection.execute(select(anchor)))) == before
    assert dumped(engine, anchor) == first
    assert len(first) == len(rows)


@pytest.mark.slow
def test_postgresql_is_told_to_sort_as_sqlite_does_whatever_its_locale(new_postgresql):
    """The servers of these tests know no other locale, so the rows alone would not show it."""
    engine, said = open_engine(new_postgresql()), []
    migrate(engine)
    listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))

    dumped(engine, anchor)

    assert 'ORDER BY anchor.tx_hash COLLATE "C"' in said[-1].replace("\n", " ")
    engine.dispose()


@pytest.mark.slow
def test_both_databases_give_the_same_lines_in_the_same_order(tmp_path, new_postgresql):
    texts = ["b", "a", "B", "A", "é", "z", "果", "_", "-", "10", "9", " ", "a b", "ab"]
    rows = [a_row(text, note=text, block_number=number) for number, text in enumerate(texts)]
    lines = []
    for url in (f"sqlite:///{tmp_path / 'store.db'}", new_postgresql()):
        engine = open_engine(url, create=True)
        migrate(engine)
        with engine.begin() as connection:
            connection.execute(insert(anchor), rows)
        lines.append(dumped(engine, anchor))
        engine.dispose()

    assert lines[0] == lines[1]


def test_a_snapshot_does_not_see_what_is_written_after_it_and_hinders_nobody(engine):
    table = DeviceTable(engine)
    table.keep(Device("a", "g", "9521321000018", {}, "p", cold_chain=True))
    with dump.snapshot(engine) as connection:
        first = list(dump.lines(connection, device))
        table.keep(Device("b", "h", "9521321000018", {}, "p", cold_chain=False))

        assert list(dump.lines(connection, device)) == first

    assert len(dumped(engine, device)) == 2


def test_a_key_that_the_database_gives_out_after_a_load_is_a_new_one(engine):
    row = {"key": "k", "body": "{}", "context": "[]", "event_hash": "h", "content_digest": b"d"}
    row |= {"submitter": "9521321000018", "captured_at_ms": 1, "entry": b"e", "names": b""}
    with engine.begin() as connection:
        connection.execute(insert(event), [{**row, "id": 7}])
    lines = dumped(engine, event)

    refilled(engine, event, lines)
    refilled(engine, quarantine, [])

    with engine.begin() as connection:
        new = connection.execute(
            insert(event).values({**row, "key": "l", "content_digest": b"f"}).returning(event.c.id)
        ).scalar_one()
    assert new == 8


@pytest.mark.parametrize(
    "line", [b"", b"{}\n", b'["0x01"]\n', b"[" + b"1," * 11 + b"1]\n", b"null\n", b"\xff\n"]
)
def test_a_line_that_no_dump_wrote_is_refused_by_the_name_of_its_table(engine, line):
    with pytest.raises(InvalidInput, match="a row of the table anchor is not what a backup holds"):
        refilled(engine, anchor, [line])


def test_only_an_empty_database_is_empty(empty_engine):
    with empty_engine.begin() as connection:
        dump.check_empty(connection)
    migrate(empty_engine)

    with empty_engine.begin() as connection, pytest.raises(InvalidInput, match=r"holds \d+ tables already"):
        dump.check_empty(connection)
