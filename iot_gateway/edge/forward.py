"""The upper half of a box: what is kept goes to the centre, and receipts come back and free it."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from queue import Empty, SimpleQueue

import structlog

from iot_gateway.edge.kept import KeptFile
from iot_gateway.edge.line import Line
from iot_gateway.edge.take_in import Answering
from iot_gateway.edge.uplink import Uplink
from iot_gateway.logins import Address
from traceability.errors import CheckFailed, InvalidInput, Unavailable
from traceability.ledger.record import SignedReceipt
from traceability.log.note import NoteVerifier
from traceability.telemetry.receipt import Receipt, open_receipt

EVERY_S = 0.1
"""Receipts are gathered this long, so that one commit settles many of them."""
UNKNOWN_KEY = "there, but no key of the bundle signs its receipts: take a new bundle"

_Opened = tuple[Receipt, SignedReceipt]


class Forwarder:
    """Used by one thread, but for `take_note`, which the uplinks' threads call."""

    def __init__(
        self,
        addresses: Mapping[str, Address],
        gateways: Sequence[NoteVerifier],
        kept: KeptFile,
        answer: Answering,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        """`addresses`: of the broker at the centre, by alias."""
        self._gateways = gateways
        self._kept = kept
        self._answer = answer
        self._log = log
        self._notes: SimpleQueue[SignedReceipt] = SimpleQueue()
        self._doubted: set[str] = set()
        """Devices of which it was said that their receipts are by an unknown key."""
        self._lines = {
            alias: Line(alias, kept, partial(Uplink, address, self.take_note), log)
            for alias, address in addresses.items()
        }

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. Raises `Refused` if the file is damaged."""
        trouble = None
        while not stop.wait(EVERY_S):
            try:
                self._settle(list(self._opened(self._arrived())))
                for line in self._lines.values():
                    line.step()
                trouble = None
            except Unavailable as reason:
                if trouble is None:
                    self._log.warning("cannot forward now, trying again", reason=str(reason))
                trouble = reason
        for line in self._lines.values():
            line.close()

    def take_note(self, device: str, note: bytes) -> None:
        self._notes.put(SignedReceipt(device, note))

    def _arrived(self) -> Iterator[SignedReceipt]:
        try:
            while True:
                yield self._notes.get_nowait()
        except Empty:
            return

    def _opened(self, notes: Iterable[SignedReceipt]) -> Iterator[_Opened]:
        for each in notes:
            try:
                receipt = open_receipt(each.note, self._gateways)
            except InvalidInput:
                continue  # no receipt: what a device has published there, come back to us
            except CheckFailed as reason:
                self._say_unknown_key(each.device, str(reason))
                continue
            if receipt.device == each.device:
                self._doubted.discard(each.device)
                yield receipt, each

    def _say_unknown_key(self, device: str, reason: str) -> None:
        if device not in self._doubted:
            self._log.error(
                "receipt by an unknown key, nothing is freed: take a new bundle if the gateway's key is new",
                device=device,
                reason=reason,
            )
            self._kept.say_uplink(device, UNKNOWN_KEY)
        self._doubted.add(device)

    def _settle(self, opened: Sequence[_Opened]) -> None:
        # (1) free, in one commit, (2) hand the receipts to the devices here.
        #
        # A crash before (1) leaves all of it: it is sent again, and answered again. A crash between the two
        # loses receipts only: a device that waits for one sends again, and so do we.
        if not opened:
            return
        # (1)
        lanes = [(self._lines[receipt.device].lanes, receipt, signed.note) for receipt, signed in opened]
        freed = self._kept.settle([each.answer(receipt, note) for each, receipt, note in lanes])
        for each, receipt, _ in lanes:
            each.settled(freed)
            each.doubt(receipt)
        # (2)
        self._answer([signed for _, signed in opened])
