"""What a device keeps: every payload that no receipt covers yet, and what it needs to judge receipts."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from traceability.telemetry.authenticate import content_digest
from traceability.telemetry.receipt import Receipt, covers, nothing_sent


class Buffer:
    """Of one epoch. In memory: a device that restarts with nothing begins a new epoch."""

    def __init__(self, device: str, epoch: int) -> None:
        self._device = device
        self._sent = nothing_sent(epoch)
        self._last = 0
        self.payloads: dict[int, bytes] = {}
        """Not covered yet, by number."""

    @property
    def epoch(self) -> int:
        return self._sent.epoch

    @property
    def next_number(self) -> int:
        return self._last + 1

    def keep(self, payload: bytes, abandoned: Iterable[int] = ()) -> int:
        """Keep the payload that carries `next_number`; its number. What it says to abandon is dropped."""
        self._last += 1
        self.payloads[self._last] = payload
        digest, whole = content_digest(payload, self._device), sha256(payload).digest()
        signed = self._sent.signed if digest == whole else {**self._sent.signed, self._last: whole}
        digests = {**self._sent.digests, self._last: digest}
        given_up = {**dict.fromkeys(abandoned, digest), **self._sent.abandoned}
        self._sent = replace(self._sent, digests=digests, signed=signed, abandoned=given_up)
        for number in abandoned:
            self.payloads.pop(number, None)
        return self._last

    def free(self, receipt: Receipt) -> int:
        """Drop what a receipt covers, once its signature was checked; how many that were."""
        if receipt.device != self._device:
            return 0
        covered, self._sent = covers(receipt, self._sent)
        freed = covered & self.payloads.keys()
        for number in freed:
            del self.payloads[number]
        return len(freed)
