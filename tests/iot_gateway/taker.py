"""One gateway of a test: it notes what its inbox gets, and acknowledges it."""

import threading
import time

from tests.iot_gateway.peer import WITHIN_S


class Taker:
    """At work when it is made."""

    def __init__(self, inbox, hangs=False):
        """`hangs`: without an acknowledgement."""
        self.heard, self.inbox = [], inbox
        self._hangs, self._stop = hangs, threading.Event()
        inbox.open()
        self._worker = threading.Thread(target=self._work)
        self._worker.start()
        assert inbox.subscribed.wait(WITHIN_S)

    @property
    def got(self):
        """The payloads alone."""
        return [payload for _, payload in self.heard]

    def wait_to_hear(self, count, within_s=WITHIN_S):
        give_up_at_s = time.monotonic() + within_s
        while len(self.heard) < count and time.monotonic() < give_up_at_s:
            time.sleep(0.02)
        return self.heard

    def close(self):
        self._stop.set()
        self._worker.join()
        self.inbox.close()

    def _work(self):
        for batch in self.inbox.batches(5_000, 0.02, self._stop):
            self.heard += [(each.topic, each.payload) for each in batch.deliveries]
            if not self._hangs:
                batch.acknowledge()
