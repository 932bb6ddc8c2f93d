"""The gateway: what the inbox brings goes into the store, then the broker may forget it, then the device."""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

import structlog

from iot_gateway.inbox import Received
from traceability.errors import Unavailable
from traceability.ledger.record import ReadingStore, SignedReceipt, record
from traceability.log.note import NoteSigner

AT_MOST = 5_000
"""Messages in one commit."""
WAIT_S = 0.05
LONGEST_WAIT_S = 30.0


class Inbox(Protocol):
    """Messages from a broker that keeps each one until it is acknowledged."""

    def batches(self, at_most: int, wait_s: float, stop: threading.Event) -> Iterator[Sequence[Received]]: ...

    def acknowledge(self, messages: Sequence[Received]) -> None: ...

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
    for messages in inbox.batches(AT_MOST, WAIT_S, stop):
        # The order is the whole point: (1) store, (2) acknowledge, (3) answer.
        #
        # A crash before (2) makes the broker send the messages again, and the store keeps each number once.
        # A crash between (2) and (3) loses receipts only: the device sends again, and is answered from the
        # store. Any other order could let broker or device forget what we do not hold.

        # (1)
        receipts = _stored(messages, store, signer, promise_s, stop, log)
        if receipts is None:
            return
        # (2)
        inbox.acknowledge(messages)
        # (3)
        inbox.answer(receipts)


def _stored(
    messages: Sequence[Received],
    store: ReadingStore,
    signer: NoteSigner,
    promise_s: float,
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> list[SignedReceipt] | None:
    """The receipts for `messages` once they are stored, however long the store is away; None if told to stop.

    Meanwhile nothing is acknowledged, so the broker holds back what comes after them.
    """
    deliveries = [message.delivery for message in messages]
    wait_s = 0.1
    while not stop.is_set():
        try:
            receipts = record(deliveries, store, signer, time.time_ns() // 1_000_000, promise_s)
        except Unavailable as reason:
            if wait_s == 0.1:
                log.warning("store is away, trying again", reason=str(reason))
            stop.wait(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        else:
            if wait_s > 0.1:
                log.info("store is there again")
            return receipts
    return None
