"""Check that every reading which a receipt calls held stands in a batch of the log, as it was sent."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from traceability.audit.events import EventReader
from traceability.audit.finding import Found, Kind
from traceability.audit.promises import Epoch, Promised, Promises
from traceability.epcis.event import Event
from traceability.log.name_map import name_hash
from traceability.proof.proof_file import Proof
from traceability.telemetry.authenticate import content_digest
from traceability.telemetry.batch import open_batch
from traceability.telemetry.runs import START, Accounted, Run, Status, chained

Digests = dict[int, bytes]
"""Of the contents that the log holds, by number."""


@dataclass(slots=True)
class ReceiptCheck:
    events: EventReader
    promises: Mapping[Epoch, Promises]
    found: Found
    logged: defaultdict[Epoch, Digests] = field(default_factory=lambda: defaultdict(dict))

    def run(self) -> None:
        """Raises `Unavailable` if the server cannot be read."""
        self._read_batches()
        numbers = 0
        for epoch, promises in self.promises.items():
            for first, last, promised in self._gaps(epoch):
                self._report_gap(epoch, first, last, promised.receipt)
            self._check_digests(epoch, promises)
            self._check_chains(epoch, promises)
            numbers += len(self.logged[epoch])
        self.found.checked.append(f"receipts: {numbers} readings in batches of their devices")

    def _read_batches(self) -> None:
        """Read proofs until every promised number is found, or there are no more.

        What names a device is read first, once a batch has told how the device is called. But nothing is
        called missing before everything is read, since the device may have been called otherwise once.
        """
        read: set[int] = set()
        for index in self.events.indexes():
            if not self._missing():
                return
            if index not in read:
                read.add(index)
                for key in self._take(index):
                    named = [other for other in self.events.naming(key) if other not in read]
                    read.update(named)
                    for other in named:
                        self._take(other)

    def _missing(self) -> bool:
        return any(True for epoch in self.promises for _ in self._gaps(epoch))

    def _take(self, index: int) -> list[bytes]:
        """Note the readings of one entry; the name hashes of its device, if we look for that one."""
        proof = self.events.read(index)
        if proof is None or proof.leaves is None:
            return []
        batch = open_batch(proof.leaves)
        epoch = (batch.header.device, batch.header.epoch)
        if epoch[0] not in {alias for alias, _ in self.promises}:
            return []
        self.logged[epoch] |= {
            each.sequence: content_digest(each.payload, epoch[0]) for each in batch.readings
        }
        return _device_names(proof)

    def _gaps(self, epoch: Epoch) -> Iterator[tuple[int, int, Promised]]:
        """The promised numbers that are in no batch that was read, as ranges, each with who promises it."""
        promises = self.promises[epoch]
        there = sorted(self.logged[epoch].keys() | promises.quarantined.keys())
        told = 0
        for promised in promises.due:
            at, last = max(promised.run.first, told + 1), promised.run.last
            for number in [*there[bisect_left(there, at) : bisect_right(there, last)], last + 1]:
                if number > at:
                    yield at, number - 1, promised
                at = number + 1
            told = max(told, last)

    def _report_gap(self, epoch: Epoch, first: int, last: int, receipt: str) -> None:
        numbers = f"number {first}" if first == last else f"numbers {first} to {last}"
        detail = f"{receipt} accounts for it, but no batch of the log holds it and no receipt quarantines it"
        self.found.untrue(Kind.RECEIPT, _where(epoch, numbers), detail)

    def _check_digests(self, epoch: Epoch, promises: Promises) -> None:
        for number, sent in promises.payloads.items():
            held = self.logged[epoch].get(number)
            if held is not None and held not in (sent, promises.replaced.get(number)):
                detail = f"the log holds a payload of the digest {held.hex()}, sent was {sent.hex()}"
                self.found.untrue(Kind.RECEIPT, _where(epoch, f"number {number}"), detail)

    def _check_chains(self, epoch: Epoch, promises: Promises) -> None:
        """Recompute the digest that each receipt states over its numbers, where all of them are known."""
        held = {n: Accounted(n, Status.HELD, digest) for n, digest in self.logged[epoch].items()}
        known = {**promises.quarantined, **held}
        fitting = Run(1, 0, START)
        for promised in promises.due:
            run = promised.run
            start = fitting if run.first == 1 else Run(run.first, run.first - 1, START)
            if any(number not in known for number in range(start.last + 1, run.last + 1)):
                continue
            chain = start.chain
            for number in range(start.last + 1, run.last + 1):
                chain = chained(chain, known[number])
            if chain != run.chain:
                numbers = f"numbers {start.last + 1} to {run.last}"
                detail = (
                    f"{promised.receipt} has the chain {run.chain.hex()}, the log's payloads {chain.hex()}"
                )
                self.found.untrue(Kind.RECEIPT, _where(epoch, numbers), detail)
            elif run.first == 1:
                fitting = run


def _device_names(proof: Proof) -> list[bytes]:
    names = Event(proof.event, list(proof.context)).identifiers_by_role()["device"]
    return [name_hash(name) for name in names]


def _where(epoch: Epoch, numbers: str) -> str:
    return f"{epoch[0]}, epoch {epoch[1]}, {numbers}"
