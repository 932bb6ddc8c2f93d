"""One audit from beginning to end: which check comes after which, and what each needs of the ones before."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from traceability.audit.checkpoints import SeenCheckpoints, Signed, served_checkpoint
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
from traceability.errors import Unavailable
from traceability.log import tiles
from traceability.log.name_map import is_map_entry
from traceability.log.tiles import WIDTH, TilePath, from_bundle, width_at
from traceability.proof.chain_reader import Remembering
from traceability.proof.trust import TrustPolicy

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
            signed = served_checkpoint(ServedLog(self.source), policy.logs)
            _Steps(self, policy, state, signed, found).run()
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
    signed: Signed
    found: Found

    def run(self) -> None:
        # 1 checkpoint  signed, and neither smaller nor other than those that were seen before
        # 2 entries     mirrored; each fits its tile, all tiles follow, and all roots that were signed
        # 3 names       the map of names follows from the entries, at every map entry
        # 4 chain       all that the contract ever took of this log are roots of these entries
        # 5 receipts    what receipts call held stands in the log
        # 6 events      the server still has what the entries are about
        #
        # A step that cannot run stops none of the others.
        log, mirror = ServedLog(self.audit.source), Mirror(self.audit.folder)
        seen = SeenCheckpoints(self.state, self.audit.folder / OWN / "evidence", self.found)
        walk = EntryWalk(log, mirror, self.state, self.found, self.audit.progress)
        # 1
        walk.restore()
        seen.meet(self.signed)
        # 2
        before = walk.position
        with _reporting(self.found, "entries"):
            walk.run(self.signed.checkpoint.size)
        size = walk.position
        self._check_roots(seen, log, mirror, before, size)
        # 3
        if self.audit.with_map:
            with _reporting(self.found, "names"):
                self._check_names(NameWalk(log, mirror, self.state, size, self.found, self.audit.progress))
        # 4
        with _reporting(self.found, "chain"):
            self._check_chain(log, mirror, size)
        if not self.found.count and size == self.signed.checkpoint.size:
            mirror.keep("checkpoint", self.signed.note.encode())
            mirror.sync()
            seen.forget_all_but(self.signed)
        # 5, 6
        chains = [Remembering(chain) for chain in self.audit.chains]
        self._check_events(EventReader(log, mirror, size, self.policy, chains, self.found))

    def _check_roots(
        self, seen: SeenCheckpoints, log: ServedLog, mirror: Mirror, before: int, size: int
    ) -> None:
        said = self.signed.checkpoint
        self.found.checked.append(
            f"entries: {size} of {said.size}, the first {before} of them in an earlier audit"
        )
        if size < said.size:
            self.found.not_checked(f"entries: from entry {size} on")
        seen.compare(self.signed, size, partial(_root_at, mirror))
        if any(finding.kind in _OTHER_TREE for finding in self.found.findings):
            with _reporting(self.found, "entries"):
                first_rewritten(min(before, said.size), mirror.read_tile, said.size, log.tile)
        if size == said.size > 0 and not is_map_entry(_last_entry(mirror, size)):
            self.found.untrue(Kind.MAP, f"checkpoint of {size} entries", "its last entry is not a map entry")

    def _check_names(self, walk: NameWalk) -> None:
        through = walk.run()
        self.found.checked.append(f"names: of {through} entries, {walk.compared} map entries compared anew")
        if through < walk.size:
            self.found.not_checked(f"names: from entry {through} on")

    def _check_chain(self, log: ServedLog, mirror: Mirror, size: int) -> None:
        def served_size() -> int:
            return served_checkpoint(log, self.policy.logs).checkpoint.size

        root_at = partial(_root_at, mirror)
        chain = ChainHistory(
            self.policy, self.audit.chains, self.state, size, root_at, served_size, self.found
        )
        chain.check(self.signed.log)

    def _check_events(self, events: EventReader) -> None:
        if self.audit.receipts is not None:
            with _reporting(self.found, "receipts"):
                if not self.policy.gateways:
                    raise Unavailable("the trust policy names no gateway")
                read = read_promises(
                    self.audit.receipts, self.policy.gateways, self.audit.now_ms(), self.found
                )
                self.found.checked.append(f"receipts: {read.receipts}, {read.not_due} of them not due yet")
                ReceiptCheck(events, read.epochs, self.found).run()
        if self.audit.with_events:
            with _reporting(self.found, "events"):
                events.check_all(self.audit.progress)


@contextmanager
def _reporting(found: Found, step: str) -> Iterator[None]:
    try:
        yield
    except Unfit as unfit:
        found.untrue(unfit.kind, unfit.where, unfit)
    except Unavailable as error:
        found.not_checked(f"{step}: {error}")


def _root_at(mirror: Mirror, size: int) -> bytes:
    return tiles.root(size, mirror.read_tile)


def _last_entry(mirror: Mirror, size: int) -> bytes:
    bundle = (size - 1) // WIDTH
    return from_bundle(mirror.read(str(TilePath(None, bundle, width_at(0, bundle, size)))))[-1]
