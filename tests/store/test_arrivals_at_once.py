"""Gateways that keep messages of the same devices in the same moment: nobody waits in a circle."""

import random
import threading
from hashlib import sha256

import pytest
from sqlalchemy import select

from tests.store.test_readings import a_device, a_rejection, an_arrival
from traceability.errors import TraceError
from traceability.store.arrivals import ArrivalTable
from traceability.store.devices import DeviceTable
from traceability.store.readings import ReadingTable, reading
from traceability.store.schema import open_engine
from traceability.telemetry.runs import START, Accounted, Status, chained

GATEWAYS, NUMBERS = 3, 120
ALIASES = [f"cold-{number}" for number in range(6)]


@pytest.mark.slow
def test_gateways_that_work_on_the_same_devices_keep_each_number_once_and_agree_on_what_they_hold(engine):
    for alias in ALIASES:
        DeviceTable(engine).keep(a_device(alias))
    # Each message may come to two gateways: one was thought dead, or the device sent it again.
    sent = [an_arrival(number, alias=alias) for alias in ALIASES for number in range(1, NUMBERS + 1)] * 2
    sent += [a_rejection(payload=b"%d" % number) for number in range(NUMBERS)] * 2
    random.shuffle(sent)
    shares = [sent[first::GATEWAYS] for first in range(GATEWAYS)]
    url, outcomes, failures = engine.url.render_as_string(hide_password=False), [], []

    def work(share):
        own = open_engine(url)
        try:
            for first in range(0, len(share), 20):
                outcomes.extend(ArrivalTable(own).record(share[first : first + 20]))
        except TraceError as failure:
            failures.append(failure)
        finally:
            own.dispose()

    workers = [threading.Thread(target=work, args=(share,)) for share in shares]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert failures == []
    with engine.connect() as connection:
        rows = connection.execute(select(reading.c.device, reading.c.sequence, reading.c.arrival)).all()
    for alias in ALIASES:
        mine = [row for row in rows if row.device == alias]
        assert sorted(row.sequence for row in mine) == list(range(1, NUMBERS + 1))
        assert sorted(row.arrival for row in mine) == list(range(1, NUMBERS + 1))
    assert not any(outcome.conflicts or outcome.quarantined for outcome in outcomes)
    assert ReadingTable(engine).counts().quarantined == NUMBERS
    for run in {run for outcome in outcomes for run in outcome.runs.all}:
        assert run.chain == chain_over(range(run.first, run.last + 1))


def chain_over(numbers):
    chain = START
    for number in numbers:
        digest = sha256(an_arrival(number).reading.payload).digest()
        chain = chained(chain, Accounted(number, Status.HELD, digest))
    return chain


@pytest.mark.slow
def test_gateways_that_refuse_the_same_messages_do_not_wait_for_each_other_in_a_circle(engine):
    url, failures = engine.url.render_as_string(hide_password=False), []
    refused = [a_rejection(payload=b"%d" % number) for number in range(300)]

    def work():
        own = open_engine(url)
        try:
            ArrivalTable(own).record(random.sample(refused, len(refused)))
        except TraceError as failure:
            failures.append(failure)
        finally:
            own.dispose()

    workers = [threading.Thread(target=work) for _ in range(GATEWAYS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert failures == []
    assert ReadingTable(engine).counts().quarantined == len(refused)
