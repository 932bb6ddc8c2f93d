"""However many numbers a device gives up at once, its messages are kept, and those of others with them."""

from tests.store.test_readings import a_device, a_rejection, an_arrival
from traceability.store.arrivals import ArrivalTable
from traceability.store.devices import DeviceTable
from traceability.store.streams import standing
from traceability.telemetry.runs import Status

MORE_THAN_A_STATEMENT_TAKES = 130_000
"""Values, twice over: PostgreSQL takes 65,535, SQLite as many as it was built for, mostly 250,000."""


def test_the_store_is_asked_for_more_numbers_than_a_statement_takes(engine):
    DeviceTable(engine).keep(a_device())
    ArrivalTable(engine).record([an_arrival(1), a_rejection(number=(9, MORE_THAN_A_STATEMENT_TAKES))])

    with engine.connect() as connection:
        stands = standing(connection, ("cold-7", 9), range(1, MORE_THAN_A_STATEMENT_TAKES + 1))

    assert {number: each.one.status for number, each in stands.items()} == {
        1: Status.HELD,
        MORE_THAN_A_STATEMENT_TAKES: Status.QUARANTINED,
    }
