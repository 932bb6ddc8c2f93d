"""A gateway at work in a thread, for tests that send to it."""

import threading
from contextlib import contextmanager

import structlog

from iot_gateway.gateway import run


@contextmanager
def a_gateway(inbox, arrivals, signer, log=None):
    """Between `inbox` and the store of `arrivals`, until the test leaves it."""
    stop = threading.Event()
    inbox.open()
    arguments = (inbox, arrivals, signer, 60, stop, log or structlog.get_logger())
    worker = threading.Thread(target=run, args=arguments)
    worker.start()
    try:
        assert inbox.subscribed.wait(60)
        yield
    finally:
        stop.set()
        worker.join()
        inbox.close()
