"""What this server itself says of an event's proof."""

from dataclasses import dataclass, field, replace
from hashlib import sha256

from traceability.errors import NotInLogYet
from traceability.ledger.footing import Footing
from traceability.ledger.ports import StoredEvent
from traceability.ledger.prove import Prover
from traceability.ledger.stored_chain import StoredChain
from traceability.proof.proof_file import Proof, to_bytes
from traceability.proof.verdict import Unchecked, Verdict, Verified
from traceability.proof.verify import verify

REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class OwnWord:
    """Runs the verifier on our own records. It catches a spoilt store, and proves nothing to a stranger.

    What was verified is remembered by everything that the verdict was about, so that a later change is seen.
    """

    prover: Prover
    _verified: dict[bytes, Verified] = field(default_factory=dict)
    """By the digest of event, entry and readings. It stays so: the proof is against one anchor for ever."""

    def on(self, stored: StoredEvent, footing: Footing) -> Verdict:
        try:
            proof = self.prover.prove(stored)
        except NotInLogYet as reason:
            footing.awaits_log = True
            return Unchecked(str(reason))
        verdict = self._on(proof)
        footing.says(verdict)
        return verdict

    def _on(self, proof: Proof) -> Verdict:
        seen = sha256(to_bytes(proof)).digest()
        if seen in self._verified:
            return self._verified[seen]
        policy = replace(self.prover.policy, agree=1)
        anchor = self.prover.anchors.covering(proof.tlog.index)
        chain = StoredChain(anchor, policy, self.prover.log_id_of(proof.tlog.checkpoint))
        verdict = verify(proof, policy, [chain]).verdict
        if isinstance(verdict, Verified) and len(self._verified) < REMEMBERED:
            self._verified[seen] = verdict
        return verdict
