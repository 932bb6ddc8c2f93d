"""What this server itself says of an event's proof."""

from dataclasses import dataclass, field, replace

from traceability.errors import NotInLogYet
from traceability.ledger.ports import StoredEvent
from traceability.ledger.prove import Prover
from traceability.ledger.stored_chain import StoredChain
from traceability.log.checkpoint import log_id
from traceability.proof.verdict import Unchecked, Verdict, Verified
from traceability.proof.verify import verify

REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class OwnWord:
    """Runs the verifier on our own records. It catches a spoilt store, and proves nothing to a stranger."""

    prover: Prover
    _verified: dict[str, Verified] = field(default_factory=dict)
    """By event key. A verified event stays so: its proof is made against the same anchor for ever."""

    def on(self, stored: StoredEvent) -> Verdict:
        known = self._verified.get(stored.key)
        if known is not None:
            return known
        try:
            proof = self.prover.prove(stored)
        except NotInLogYet as reason:
            return Unchecked(str(reason))
        policy = replace(self.prover.policy, agree=1)
        verifier = self.prover.verifier
        anchor = self.prover.anchors.covering(proof.tlog.index)
        chain = StoredChain(anchor, policy, log_id(verifier.name, verifier.public_key))
        verdict = verify(proof, policy, [chain]).verdict
        if isinstance(verdict, Verified) and len(self._verified) < REMEMBERED:
            self._verified[stored.key] = verdict
        return verdict
