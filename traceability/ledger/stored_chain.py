"""The chain as our own store remembers it: for what "this server states", never for a stranger's verdict."""

from dataclasses import dataclass
from datetime import UTC, datetime

from traceability.ledger.ports import Anchor
from traceability.proof.chain_reader import CHECKPOINT_APPENDED, Block, ContractEvent, Finality, Head, Receipt
from traceability.proof.trust import TrustPolicy


@dataclass(frozen=True, slots=True)
class StoredChain:
    """Knows the one anchor it is given; so pages need no network and do not wait for any."""

    anchor: Anchor | None
    """Final, or None where there is none yet."""
    policy: TrustPolicy
    log_id: bytes

    @property
    def name(self) -> str:
        return "this server's own record"

    def chain_id(self) -> int:
        return -1 if self.policy.chain_id is None else self.policy.chain_id

    def receipt(self, tx_hash: str) -> Receipt | None:
        if self.anchor is None or self.anchor.tx_hash != tx_hash:
            return None
        appended = ContractEvent(
            address=self.policy.contract or "",
            topics=(CHECKPOINT_APPENDED, self.log_id),
            data=self.anchor.size.to_bytes(32, "big") + self.anchor.root,
        )
        return Receipt(True, self.anchor.block_number or 0, self.anchor.block_hash or "", (appended,))

    def block(self, number: int) -> Block | None:
        if self.anchor is None or self.anchor.block_number != number:
            return None
        return Block(self.anchor.block_hash or "", self.anchor.block_time or datetime.fromtimestamp(0, UTC))

    def finalized_block_number(self, rule: Finality) -> int:
        # Only a final anchor is ever given to us, by the same rule: the policy's.
        return -1 if self.anchor is None or self.anchor.block_number is None else self.anchor.block_number

    def head(self, contract: str, log_id: bytes) -> Head:
        # Of the log's other keys we know nothing here, so what ties them together is for a stranger to ask.
        if self.anchor is None or log_id != self.log_id:
            return Head(0, bytes(32))
        return Head(self.anchor.size, self.anchor.root)

    def predecessor(self, contract: str, log_id: bytes) -> bytes:
        return bytes(32)
