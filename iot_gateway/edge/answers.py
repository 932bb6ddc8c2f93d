"""Receipts for the devices at the box, through the native port of its own NATS broker."""

from collections.abc import Sequence
from contextlib import closing

from iot_gateway.logins import Address
from iot_gateway.nats import Connection, publication
from traceability.errors import Unavailable
from traceability.ledger.record import SignedReceipt
from traceability.telemetry import topics


class NativeAnswers:
    """For the thread that forwards: the inbox belongs to the one that takes in."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def __call__(self, receipts: Sequence[SignedReceipt]) -> None:
        if not receipts:
            return
        frames = [publication(_subject(each.device), each.note) for each in receipts]
        try:
            with closing(Connection(self._address)) as connection:
                connection.send(b"".join(frames))
                connection.drain()
        except Unavailable:
            pass  # the broker is being started again: a device that waits for its receipt sends again


def _subject(alias: str) -> bytes:
    return topics.receipts(alias).replace("/", ".").encode()
