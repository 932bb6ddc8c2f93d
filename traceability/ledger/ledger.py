"""The ledger as the web and the command line use it: each method is one use case over the stored state."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from traceability.epcis.document import read_document
from traceability.errors import NotInLogYet
from traceability.ledger.capture import capture, faults_for
from traceability.ledger.capture_jobs import CaptureJobs
from traceability.ledger.codes import Codes
from traceability.ledger.follow import Follower, Standing
from traceability.ledger.footing import Footing
from traceability.ledger.grant import Grant
from traceability.ledger.links import Links
from traceability.ledger.named_queries import NamedQueries
from traceability.ledger.permission import Permission
from traceability.ledger.personal import Kept, Personal
from traceability.ledger.ports import Captured, EventStore
from traceability.ledger.prove import BatchLeaves, Prover
from traceability.ledger.public_log import PublicLog
from traceability.ledger.read_trace import ANEW_AFTER, TraceReader
from traceability.ledger.recent import Made, RecentTraces
from traceability.ledger.search import Search
from traceability.ledger.subscriptions import Subscriptions
from traceability.ledger.trace import Trace
from traceability.log import tiles
from traceability.proof.proof_file import TraceProof, to_bytes


class Authority(Protocol):
    def authorise(self, secret: str) -> Grant:
        """Raises `NotAuthorised`."""


class Documents(Protocol):
    def read(self, digest: str) -> bytes:
        """The file with this SHA-256 (hex). Raises `Unknown`."""


@dataclass(frozen=True, slots=True)
class Health:
    """None where a part is well, else one line on what is wrong with it."""

    store: str | None
    broker: str | None
    chain: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    events: EventStore
    public_log: PublicLog
    batches: BatchLeaves
    documents: Documents
    authority: Authority
    permission: Permission
    personal: Personal
    prover: Prover
    codes: Codes
    check_used: Callable[[str], None]
    """Raises `NeverActivated` or `CodeWithdrawn` for an item (Digital Link) whose code is on no goods."""
    traces: TraceReader
    recent: RecentTraces
    follower: Follower
    search: Search
    jobs: CaptureJobs
    queries: NamedQueries
    links: Links
    subscriptions: Subscriptions
    policy_text: str
    now: Callable[[], datetime]
    ask_chain: Callable[..., object]
    """Makes one JSON-RPC call, by method and params. Raises `ChainUnavailable`."""
    health: Callable[[], Health]
    status: Callable[[], Mapping[str, int]]
    """Counters by name; a counter only grows, unless its name says otherwise."""

    def capture(self, body: bytes, grant: Grant) -> tuple[Captured, ...]:
        """Validate and keep an EPCIS document or event in the name of the grant's party."""
        events = read_document(body, faults_for(grant, self.permission))
        return capture(events, grant.submitter, self.events, int(self.now().timestamp() * 1000))

    def hand_in(self, body: bytes, event_key: str, party: str) -> tuple[str, ...]:
        """Keep what opens commitments in an event of `party` (GLN); the commitments."""
        return self.personal.hand_in(body, event_key, party)

    def disclosure(self, commitment: str, grant: Grant) -> Kept:
        """What opens a commitment. Raises `Erased`, `Unknown` or `NotAuthorised`."""
        return self.personal.show(commitment, grant)

    def made(self, subject: str) -> Made:
        """The trace, and whether it still stands. Raises `Unknown`, and what `check_used` raises."""
        return self.recent.of(subject)

    def trace(self, subject: str) -> Trace:
        return self.made(subject).trace

    def watch(self, names: Iterable[str]) -> Standing:
        """Holds until an event names one of these Digital Links, or any register changes."""
        return self.recent.watch(names)

    def holds(self, subject: str) -> bool:
        """Whether any event names the subject; far cheaper than its trace. Raises as `check_used`."""
        self.check_used(subject)
        return self.events.holds(subject)

    def proof(self, key: str) -> bytes:
        """The proof file of one event. Raises `Unknown`, or `Unavailable` while it is not in the log yet."""
        return to_bytes(self.prover.prove(self.events.by_key(key)))

    def trace_proof(self, subject: str) -> tuple[bytes, Standing]:
        """The proof file of all events of a trace; those of the last moments follow when the log has them.

        With it, whether it is still what would be made. Raises `Unknown`, and what `check_used` raises.
        """
        self.follower.look()
        return self.follower.made(lambda footing: self._trace_proof(subject, footing))

    def room_proof(self, urn: str) -> tuple[bytes, Standing]:
        """The same of the on-air record of a live room. Raises `NotInLogYet` while the log has none of it."""
        self.follower.look()
        return self.follower.made(lambda footing: self._proof_of_all(urn, footing))

    def _trace_proof(self, subject: str, footing: Footing) -> bytes:
        self.check_used(subject)
        return self._proof_of_all(subject, footing)

    def _proof_of_all(self, subject: str, footing: Footing) -> bytes:
        footing.awaits_log = footing.awaits_anchor = True
        footing.ends(self.now() + ANEW_AFTER)
        # Events first: an anchor that becomes final meanwhile must not make them look left out of the rest.
        proofs = self.prover.prove_together(self.traces.all_events(subject, footing))
        complete = self.prover.complete(subject)
        named = [] if complete is None else [key.hex() for key in complete.entries]
        # A trace that is cut leaves events out; what the file calls complete must be in it all the same.
        proofs |= self.prover.prove_together(self.events.by_keys([key for key in named if key not in proofs]))
        if not proofs:
            raise NotInLogYet(f"no event of {subject} is in the log yet; try again in a few seconds")
        return to_bytes(TraceProof(subject, tuple(proofs.values()), complete))

    def code_proof(self, item: str) -> bytes:
        """The file that shows that the code of an item was issued, and what made it active.

        Raises `Unknown`, and what `check_used` raises.
        """
        self.check_used(item)
        return self.codes.proof_of(item)

    def authorise(self, token: str) -> Grant:
        return self.authority.authorise(token)

    def batch(self, root: str) -> bytes:
        """What a batch event's `rawData` points at: its leaves, as an entry bundle holds entries."""
        return tiles.to_bundle(self.batches.batch_leaves(root))

    def document(self, digest: str) -> bytes:
        """A file that an event names by its SHA-256 (hex). Raises `Unknown`."""
        return self.documents.read(digest)

    def checkpoint(self) -> bytes:
        return self.public_log.checkpoint()

    def tile(self, level: int, index: int, width: int) -> bytes:
        return self.public_log.tile(level, index, width)

    def entry_bundle(self, index: int, width: int) -> bytes:
        return self.public_log.entry_bundle(index, width)

    def names_bundle(self, index: int, width: int) -> bytes:
        return self.public_log.names_bundle(index, width)

    def trust_policy(self) -> str:
        return self.policy_text
