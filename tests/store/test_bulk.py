from contextlib import closing
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select
from sqlalchemy.exc import IntegrityError

from traceability.errors import Unavailable
from traceability.ledger.record import Accepted
from traceability.store.arrivals import ArrivalTable
from traceability.store.bulk import insert_all
from traceability.store.devices import DeviceTable
from traceability.store.readings import reading
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading

USUAL = {
    "sqlite": ["SELECT", "SELECT", "INSERT", "INSERT", "UPDATE"],
    "postgresql": ["SELECT", "SELECT", "INSERT", "UPDATE"],  # and a COPY, of which SQLAlchemy does not know
}
ALIASES = [f"cold-{number}" for number in range(40)]


@pytest.fixture
def store(engine):
    place = "https://id.gs1.org/414/9521321000032"
    for alias in ALIASES:
        giai = f"https://id.gs1.org/8004/9521321{alias}"
        DeviceTable(engine).keep(Device(alias, giai, "9521321000018", {}, place, cold_chain=True))
    return ArrivalTable(engine)


def an_arrival(alias, sequence):
    payload = f"{alias} {sequence}".encode()
    what = Reading(alias, 9, sequence, 1_000, Authenticated.BROKER, payload)
    return Accepted(what, sha256(payload).digest(), 1_000, 1_000)


def statements_of(engine, act):
    said = []

    def note(_connection, _cursor, statement, *_):
        said.append(statement.split()[0])

    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return said


numbers = st.integers(0, 2**62)
rows_of_a_device = st.lists(
    st.tuples(
        st.just("cold-7"), numbers, numbers, numbers, numbers, st.sampled_from([1, 2]),
        st.binary(max_size=40) | st.sampled_from([b"\\N", b"\\x", b"a\tb\nc\r\\.\n", bytes(range(256))]),
        st.binary(min_size=32, max_size=32), numbers, numbers,
    ),
    max_size=5,
    unique_by=(lambda row: row[1], lambda row: row[2:4]),
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows_of_a_device)
def test_what_is_put_in_quickly_stands_there_as_if_put_in_row_by_row(engine, store, rows):
    found = []
    for way in ("quick", "plain"):
        with closing(engine.connect()) as connection:
            if way == "quick":
                insert_all(connection, reading, rows)
            else:
                for row in rows:
                    connection.execute(insert(reading).values(row))
            found.append(connection.execute(select(reading).order_by(reading.c.arrival)).all())
            connection.rollback()

    assert found[0] == found[1] == sorted(rows, key=lambda row: row[1])


def test_a_row_that_is_there_already_is_refused_by_both_databases_alike(engine, store):
    row = ("cold-7", 1, 1, 1, 1, 1, b"", bytes(32), 1, 1)
    with closing(engine.connect()) as connection:
        insert_all(connection, reading, [row])

        with pytest.raises(IntegrityError):
            insert_all(connection, reading, [row])


def test_many_devices_cost_a_commit_as_many_statements_as_one(engine, store):
    groups = [
        [an_arrival(alias, number) for alias in aliases for number in numbers]
        for aliases, numbers in [(ALIASES[:1], [1]), (ALIASES, [2, 3, 4])]
    ]

    one, many = [statements_of(engine, lambda group=group: store.record(group)) for group in groups]

    assert one == many
    assert [statement for statement in one if statement != "BEGIN"] == USUAL[engine.dialect.name]


def test_only_the_devices_of_a_group_are_read(store):
    assert store.devices(["cold-7", "cold-8", "nobody"]).keys() == {"cold-7", "cold-8"}
    assert store.devices([]) == {}


def test_a_connection_that_is_lost_within_a_copy_is_a_store_that_is_away(engine, store):
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no connection")
    with engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.connection.dbapi_connection.close()

        with pytest.raises(Unavailable, match="database: the connection is closed"):
            insert_all(connection, reading, [()])
        connection.invalidate()
