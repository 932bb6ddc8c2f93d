"""The gateway: what the inbox brings goes into the store, then the broker may forget it, then the device."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from traceability.errors import ClockBehind, Unavailable
from traceability.ledger.record import Delivery, ReadingStore, SignedReceipt, record
from traceability.log.note import NoteSigner

AT_MOST = 5_000
"""Messages in one commit."""
WAIT_S = 0.05
LONGEST_WAIT_S = 30.0
STORE = ("store is away, trying again", "store is there again")
CLOCK = ("our clock is behind, trying again", "our clock is right again")


@dataclass(frozen=True, slots=True)
class Batch:
    deliveries: Sequence[Delivery]
    acknowledge: Callable[[], None]
    """Lets the broker forget them."""


class Inbox(Protocol):
    """Messages from a broker that keeps each one until it is acknowledged."""

    def batches(self, at_most: int, wait_s: float, stop: threading.Event) -> Iterator[Batch]:
        """What has arrived, about `at_most` at a time, until `stop`, which is looked at every `wait_s`.

        Nobody waits for a batch to fill: while one is being stored, the next one gathers.
        """

    def answer(self, receipts: Sequence[SignedReceipt]) -> None: ...


def run(
    inbox: Inbox,
    store: ReadingStore,
    signer: NoteSigner,
    promise_s: float,
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> None:
    """Drain `inbox` until `stop`. `promise_s`: within this time a reading received now will be in the log."""
    for batch in inbox.batches(AT_MOST, WAIT_S, stop):
        # The order is the whole point: (1) store, (2) acknowledge, (3) answer.
        #
        # A crash before (2) makes the broker send the messages again, and the store keeps each number once.
        # A crash between (2) and (3) loses receipts only: the device sends again, and is answered from the
        # store. Any other order could let broker or device forget what we do not hold.

        # (1)
        receipts = _stored(batch.deliveries, store, signer, promise_s, stop, log)
        if receipts is None:
            return
        # (2)
        batch.acknowledge()
        # (3)
        inbox.answer(receipts)


def _stored(
    deliveries: Sequence[Delivery],
    store: ReadingStore,
    signer: NoteSigner,
    promise_s: float,
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> list[SignedReceipt] | None:
    """The receipts for `deliveries` once stored, however long that cannot be; None if told to stop.

    Meanwhile nothing is acknowledged, so the broker holds back what comes after them.
    """
    wait_s, told = 0.1, None
    while not stop.is_set():
        try:
            receipts = record(deliveries, store, signer, time.time_ns() // 1_000_000, promise_s)
        except Unavailable as reason:
            if told is None:
                told = CLOCK if isinstance(reason, ClockBehind) else STORE
                log.warning(told[0], reason=str(reason))
            stop.wait(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        else:
            if told is not None:
                log.info(told[1])
            return receipts
    return None
