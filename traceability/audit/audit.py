"""One audit from beginning to end: which check comes after which, and what each needs of the ones before."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from traceability.audit.checkpoints import SeenCheckpoints, Signed
from traceability.audit.entries import EntryWalk, Progress
from traceability.audit.events import EventReader
from traceability.audit.finding import Found, Kind
from traceability.audit.history import ChainHistory, HistoryReader
from traceability.audit.mirror import Mirror
from traceability.audit.names import NameWalk
from traceability.audit.promises import read_promises
from traceability.audit.receipts import ReceiptCheck
from traceability.audit.report import AuditReport
from traceability.audit.rewritten import first_rewritten
from traceability.audit.served import ServedLog, Unfit
from traceability.audit.source import Source
from traceability.audit.state import State
from traceability.audit.successors import ended_keys
from traceability.errors import InvalidInput, Unavailable
from traceability.log.tiles import WIDTH
from traceability.proof.chain_reader import Remembering
from traceability.proof.entry import Entry
from traceability.proof.entry_kinds import is_event_entry
from traceability.proof.trust import TrustPolicy
from traceability.telemetry.clock import iso

OWN = "audit"
"""The folder beside the mirrored `log` with what is the auditor's alone."""

_OTHER_TREE = {Kind.CHECKPOINT, Kind.FORK, Kind.REWRITTEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    source: Source
    source_name: str
    """As the report names it."""
    policy_text: str
    chains: Sequence[HistoryReader]
    folder: Path
    """Of the mirror."""
    now_ms: Callable[[], int]
    progress: Progress
    with_map: bool = True
    receipts: Path | None = None
    with_events: bool = False

    def run(self) -> AuditReport:
        """Raises `InvalidInput` for a policy or receipts that cannot be read, `Refused` for a damaged mirror.

        Whatever is wrong with the log or cannot be reached is in the report.
        """
        started_at_ms = self.now_ms()
        policy = TrustPolicy.parse(self.policy_text)
        found = Found()
        signed = None
        with State.open(self.folder / OWN / "state.db") as state, _reporting(found, "checkpoint"):
            log, mirror = ServedLog(self.source), Mirror(self.folder)
            seen = SeenCheckpoints(log, mirror, policy.logs, state, self.folder / OWN / "evidence", found)
            signed = seen.first()
            _Steps(self, policy, state, log, mirror, seen, signed, found).run()
        return AuditReport(
            source=self.source_name,
            policy_digest=sha256(self.policy_text.encode()).digest(),
            started_at_ms=started_at_ms,
            finished_at_ms=self.now_ms(),
            checkpoint=None if signed is None else signed.checkpoint,
            checked=tuple(found.checked),
            unchecked=tuple(found.unchecked),
            findings=tuple(found.findings),
            count=found.count,
        )


@dataclass(slots=True)
class _Steps:
    """The checks of one audit, once there is a checkpoint to hold the log to."""

    audit: Audit
    policy: TrustPolicy
    state: State
    log: ServedLog
    mirror: Mirror
    seen: SeenCheckpoints
    signed: Signed
    found: Found

    def run(self) -> None:
        # 1 checkpoint  signed, and neither older nor other than those that were seen before
        # 2 entries     mirrored; each fits its tile, all tiles follow, and all roots that were signed
        # 3 names       the map of names follows from the entries, at every map entry
        # 4 chain       all that the contract ever took of this log are roots of these entries
        # 5 receipts    what receipts call held stands in the log
        # 6 events      the server still has what the entries are about
        #
        # 1 is done. A step that cannot run stops none of the others.
        walk = EntryWalk(self.log, self.mirror, self.state, self.found, self.audit.progress)
        # 2
        size = self._check_entries(walk)
        # 3
        if self.audit.with_map:
            with _reporting(self.found, "names"):
                self._check_names(
                    NameWalk(self.log, self.mirror, self.state, size, self.found, self.audit.progress)
                )
        # 4
        with _reporting(self.found, "chain"):
            self._check_chain(size)
        if not self.found.count and size == self.signed.checkpoint.size:
            self.mirror.keep("checkpoint", self.signed.note.encode())
            self.mirror.sync()
        # 5, 6
        chains = [Remembering(chain) for chain in self.audit.chains]
        self._check_events(
            EventReader(self.log, self.mirror, size, self.policy, chains, self.seen, self.found)
        )

    def _check_entries(self, walk: EntryWalk) -> int:
        """How many of them are mirrored then."""
        walk.restore()
        before, said = walk.position, self.signed.checkpoint
        with _reporting(self.found, "entries"):
            walk.run(said.size)
        size = walk.position
        self.found.checked.append(
            f"entries: {size} of {said.size}, the first {before} of them in an earlier audit"
        )
        if size < said.size:
            self.found.not_checked(f"entries: from entry {size} on")
        self.seen.ends = ended_keys(walk.successors, self.policy.logs, self.signed.log, self.found)
        self.seen.settle(self.signed, size)
        if any(finding.kind in _OTHER_TREE for finding in self.found.findings):
            with _reporting(self.found, "entries"):
                first_rewritten(min(before, said.size), self.mirror.read_tile, said.size, self.log.tile)
        return size

    def _check_names(self, walk: NameWalk) -> None:
        through = walk.run()
        self.found.checked.append(f"names: of {through} entries, {walk.compared} map entries compared anew")
        if through < walk.size:
            self.found.not_checked(f"names: from entry {through} on")

    def _check_chain(self, size: int) -> None:
        held = ChainHistory(self.policy, self.audit.chains, self.state, size, self.seen, self.found).check(
            self.signed.log
        )
        if held < size:
            self.found.not_checked(
                f"chain: {size - held} entries are in no checkpoint that the contract holds"
                f"{_oldest(self.mirror, held, size)}"
            )

    def _check_events(self, events: EventReader) -> None:
        if self.audit.receipts is not None:
            with _reporting(self.found, "receipts"):
                if not self.policy.gateways:
                    raise Unavailable("the trust policy names no gateway")
                read = read_promises(
                    self.audit.receipts, self.policy.gateways, self.audit.now_ms(), self.found
                )
                self.found.checked.append(f"receipts: {read.receipts}, {read.not_due} of them not due yet")
                whole = events.size >= self.signed.checkpoint.size
                ReceiptCheck(events, read.epochs, self.found, whole, self.audit.with_events).run()
        if self.audit.with_events:
            with _reporting(self.found, "events"):
                events.check_all(self.audit.progress)
        events.report_unchecked()


@contextmanager
def _reporting(found: Found, step: str) -> Iterator[None]:
    try:
        yield
    except Unfit as unfit:
        found.untrue(unfit.kind, unfit.where, unfit)
    except Unavailable as error:
        found.not_checked(f"{step}: {error}")


def _oldest(mirror: Mirror, first: int, size: int) -> str:
    """Since when events from entry `first` on wait, as the log says; a log of events soon has one."""
    for index in range(first, min(first + WIDTH, size)):
        entry = mirror.entry(index, size)
        if is_event_entry(entry):
            try:
                return f"; the oldest was captured at {iso(Entry.from_bytes(entry).captured_at_ms)}"
            except InvalidInput:
                continue
    return ""
