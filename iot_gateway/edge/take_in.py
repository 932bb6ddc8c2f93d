"""The lower half of a box: what devices publish is kept on the disk, then acknowledged."""

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from iot_gateway.edge.kept import KeptFile
from iot_gateway.edge.message import Message
from iot_gateway.gateway import AT_MOST, WAIT_S, Inbox
from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.ledger.record import Delivery, SignedReceipt
from traceability.log.note import NoteVerifier
from traceability.telemetry import topics
from traceability.telemetry.receipt import open_receipt

LONGEST_WAIT_S = 2.0
"""Between two tries to keep: the disk is our own, and a receipt may free some of it any moment."""

Answering = Callable[[Sequence[SignedReceipt]], None]
"""Hands receipts to the devices at the box. One that is lost does no harm: a device asks again."""


def take_in(
    inbox: Inbox,
    kept: KeptFile,
    gateways: Sequence[NoteVerifier],
    answer: Answering,
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> None:
    """Drain `inbox` until `stop`. Raises `Refused` if the file is damaged."""
    for batch in inbox.batches(AT_MOST, WAIT_S, stop):
        # The order is the whole point: (1) keep, durably, (2) acknowledge, (3) answer what came again.
        #
        # A crash before (2) makes the local broker deliver again, and the file keeps each message once. The
        # other order could let the broker forget what we do not hold. What a device was told by then, it was
        # told by the local broker, which holds the message until (2).

        # (1)
        answers = _keep(_messages(batch.deliveries, gateways, log), kept, stop, log)
        if answers is None:
            return
        # (2)
        batch.acknowledge()
        # (3)
        answer(answers)


def _messages(
    deliveries: Sequence[Delivery],
    gateways: Sequence[NoteVerifier],
    log: structlog.typing.FilteringBoundLogger,
) -> list[Message]:
    messages = []
    for each in deliveries:
        message = Message.of(each.topic, each.payload)
        if message is None:
            # Our own broker lets nobody do this. From another one, nobody may send it on.
            log.error("dropped: its topic belongs to no device", topic=each.topic[:200])
        elif not _is_receipt(message, gateways):
            messages.append(message)
    return messages


def _is_receipt(message: Message, gateways: Sequence[NoteVerifier]) -> bool:
    """What we have handed down ourselves comes back at some brokers; the gateway would not answer it."""
    if message.topic != topics.receipts(message.device):
        return False
    try:
        return open_receipt(message.payload, gateways).device == message.device
    except (InvalidInput, CheckFailed):
        return False


def _keep(
    messages: Sequence[Message],
    kept: KeptFile,
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> list[SignedReceipt] | None:
    """What to answer once `messages` are kept, however long that takes; None if told to stop.

    Meanwhile nothing is acknowledged, so the local broker holds back what comes after them.
    """
    wait_s, waited = 0.1, False
    while not stop.is_set():
        try:
            answers = kept.keep(messages, time.time_ns() // 1_000_000)
        except Unavailable as reason:
            if not waited:
                log.warning("cannot keep more now, trying again", reason=str(reason))
            waited = True
            stop.wait(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        else:
            if waited:
                log.info("keeping again")
            return answers
    return None
