"""Check that every reading which a receipt calls held stands in a batch of the log, as it was sent."""

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
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

Digests = defaultdict[int, set[bytes]]
"""Of the contents that the log holds, by number. An honest log holds one for each."""


@dataclass(slots=True)
class ReceiptCheck:
    events: EventReader
    promises: Mapping[Epoch, Promises]
    found: Found
    whole: bool
    """Whether all entries are mirrored, so that what is in none of them is missing."""
    every: bool
    """Whether to read all events, even if those that name the devices hold all that is promised."""
    logged: defaultdict[Epoch, Digests] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    def run(self) -> None:
        """Raises `Unavailable` if the server cannot be read."""
        self._read_batches()
        numbers = 0
        for epoch, promises in self.promises.items():
            for first, last, promised in self._gaps(epoch):
                self._report_gap(epoch, first, last, promised.receipt)
            self._check_single(epoch, promises)
            self._check_digests(epoch, promises)
            self._check_chains(epoch, promises)
            numbers += len(self.logged[epoch])
        self.found.checked.append(f"receipts: {numbers} readings in batches of their devices")

    def _read_batches(self) -> None:
        """Read proofs until every promised number is found and all that names the devices is read.

        Once a batch has told how its device is called, all entries that name it are read. Nothing is called
        missing before everything is read, since the device may have been called otherwise once.
        """
        read: set[int] = set()
        for index in self.events.indexes():
            if not self.every and self.events.has_names() and not self._missing():
                return
            waiting = deque([index])
            while waiting:
                if (index := waiting.popleft()) not in read:
                    read.add(index)
                    waiting += [other for key in self._take(index) for other in self.events.naming(key)]

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
        for each in batch.readings:
            self.logged[epoch][each.sequence].add(content_digest(each.payload, epoch[0]))
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
        if not self.whole:
            self.found.not_checked(
                f"receipts: {_where(epoch, numbers)}: not in the entries that are mirrored"
            )
            return
        detail = f"{receipt} accounts for it, but no batch of the log holds it and no receipt quarantines it"
        self.found.untrue(Kind.RECEIPT, _where(epoch, numbers), detail)

    def _check_single(self, epoch: Epoch, promises: Promises) -> None:
        """A number has one content, unless a receipt said that others came under it."""
        for number, held in self.logged[epoch].items():
            if len(held) > 1 and not held <= promises.conflicts.get(number, set()):
                digests = " and ".join(sorted(digest.hex() for digest in held))
                detail = (
                    f"the log holds payloads of the digests {digests}, and no receipt tells of a conflict"
                )
                self.found.untrue(Kind.RECEIPT, _where(epoch, f"number {number}"), detail)

    def _check_digests(self, epoch: Epoch, promises: Promises) -> None:
        for number, sent in promises.payloads.items():
            held = self.logged[epoch].get(number)
            if held and not held & {sent, promises.stands.get(number)}:
                digests = " and ".join(sorted(digest.hex() for digest in held))
                detail = f"the log holds a payload of the digest {digests}, sent was {sent.hex()}"
                self.found.untrue(Kind.RECEIPT, _where(epoch, f"number {number}"), detail)

    def _check_chains(self, epoch: Epoch, promises: Promises) -> None:
        """Recompute the digest that each receipt states over its numbers, where all of them are known."""
        alone = {n: digest for n, (digest, *others) in self.logged[epoch].items() if not others}
        held = {n: Accounted(n, Status.HELD, digest) for n, digest in alone.items()}
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
