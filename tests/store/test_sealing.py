"""A batch and its event are kept together, once, whoever else is at it in the same moment."""

import threading

import pytest

from tests.builders import FARM, a_harvest
from tests.store.test_readings import a_device, an_arrival
from traceability.errors import BatchConflict
from traceability.ledger.capture import as_stored
from traceability.store.arrivals import ArrivalTable
from traceability.store.batches import keep_batch
from traceability.store.devices import DeviceTable
from traceability.store.events import EventTable, insert_events
from traceability.store.sealing import SealTable
from traceability.telemetry.batch import build_batch


def test_of_two_sealers_in_the_same_moment_one_loses_and_keeps_nothing(engine):
    DeviceTable(engine).keep(a_device())
    ArrivalTable(engine).record([an_arrival(1)])
    table = SealTable(engine)
    window = table.unsealed("cold-7", 10)
    batch = build_batch(window.readings, window.previous_root)
    mine, theirs = (as_stored(a_harvest(), FARM, 5, bytes([nonce]) * 16) for nonce in (1, 2))
    lost = threading.Event()

    def overtaken():
        with pytest.raises(BatchConflict):
            table.keep_sealed(window, batch, theirs)
        lost.set()

    with engine.begin() as connection:
        keep_batch(connection, window, batch, mine.key)
        insert_events(connection, [mine])
        slower = threading.Thread(target=overtaken)
        slower.start()
        assert not lost.wait(0.5)  # it waits to see whether we commit
    slower.join()

    assert lost.is_set()
    assert EventTable(engine).by_key(mine.key) == mine
    assert table.unsealed("cold-7", 10) is None
