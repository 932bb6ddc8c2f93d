"""kill -9 of the box, and an uplink that comes and goes: what the box acknowledged is at the centre, once."""

import random
import threading
import time
from contextlib import contextmanager

import pytest

from tests.iot_gateway.edge.conftest import a_payload, wait_until

pytestmark = pytest.mark.slow


@contextmanager
def publishing(publishers):
    """Each sends on and on, more and less quickly."""
    stop = threading.Event()

    def send(publisher):
        number = 0
        while not stop.is_set():
            number += 1
            publisher.publish(a_payload(publisher.alias, number))
            stop.wait(random.choice((0, 0, 0.01, 0.05)))

    threads = [threading.Thread(target=send, args=[each]) for each in publishers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.timeout(0)
def test_whenever_the_box_is_killed_and_the_uplink_goes_all_it_acknowledged_is_stored_once(
    box, centre, publisher, rounds
):
    publishers = [publisher("cold-7"), publisher("cold-8")]
    centre.start()
    box.start()
    with publishing(publishers):
        for round_ in range(rounds):
            time.sleep(random.uniform(0, 3))
            box.kill()
            if round_ % 2 == 0:
                centre.kill_broker()
            box.start()
            time.sleep(random.uniform(0, 3))
            centre.start()
    for each in publishers:
        each.settle()
    # What a box had asked its broker for when it was killed comes again after ten seconds.
    wait_until(
        lambda: all(set(each.promised) <= set(centre.payloads(each.alias)) for each in publishers), 300
    )
    wait_until(box.is_empty, 300)

    for each in publishers:
        stored = centre.payloads(each.alias)
        assert len(each.promised) > 50
        assert len(stored) == len(set(stored))
        assert set(stored) == set(each.promised)
