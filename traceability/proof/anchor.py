"""Check that the contract holds a checkpoint, as enough chain endpoints say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from traceability.errors import CheckFailed, Unavailable
from traceability.log.checkpoint import Checkpoint, log_id
from traceability.log.note import NoteVerifier
from traceability.proof.chain_reader import CHECKPOINT_APPENDED, ChainReader, Receipt
from traceability.proof.proof_file import AnchorClaim
from traceability.proof.trust import TrustPolicy

C = TypeVar("C", bound=ChainReader)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Anchored:
    at: datetime
    """Time of the block."""
    detail: str

    def __str__(self) -> str:
        return f"{self.detail}, mined at {self.at:%Y-%m-%d %H:%M:%S} UTC"


def check_anchor(
    claim: AnchorClaim | None,
    checkpoint: Checkpoint,
    log: NoteVerifier,
    policy: TrustPolicy,
    chains: Sequence[ChainReader],
) -> Anchored:
    """Check that `checkpoint`, signed by `log`, is held by the policy's contract in a final block.

    Raises `CheckFailed` for what is untrue, `Unavailable` for what cannot be known (now).
    """
    if policy.chain_id is None or policy.contract is None:
        raise Unavailable("the trust policy names no chain")
    if claim is None:
        try:
            agreed(policy, chains, lambda chain: _check_not_forked(chain, checkpoint, log, policy))
        except Unavailable as error:
            raise Unavailable(f"not yet anchored; {error}") from error
        raise Unavailable("not yet anchored")
    _check_claim(claim, checkpoint, log, policy)
    at = agreed(policy, chains, lambda chain: _held_since(chain, claim, checkpoint, log, policy))
    return Anchored(at, f"size {claim.size} in block {claim.block_number} of chain {claim.chain_id}")


def _check_claim(claim: AnchorClaim, checkpoint: Checkpoint, log: NoteVerifier, policy: TrustPolicy) -> None:
    """What the proof says of its anchor, against the policy and the checkpoint; no chain is asked."""
    wanted = [
        ("chain", claim.chain_id, policy.chain_id),
        ("contract", claim.contract, policy.contract),
        ("log id", claim.log_id.hex(), log_id(log.name, log.public_key).hex()),
        ("size", claim.size, checkpoint.size),
        ("root", claim.root.hex(), checkpoint.root.hex()),
    ]
    for what, found, want in wanted:
        if found != want:
            raise CheckFailed(f"the anchor has {what} {found}, want {want}")


def _held_since(
    chain: ChainReader, claim: AnchorClaim, checkpoint: Checkpoint, log: NoteVerifier, policy: TrustPolicy
) -> datetime:
    check_chain(chain, policy)
    receipt = chain.receipt(claim.transaction)
    if receipt is None:
        raise Unavailable(f"transaction {claim.transaction} is not on the chain")
    # Whether the block stays comes first: what a block says that may still vanish proves nothing, either way.
    block = chain.block(receipt.block_number)
    if block is None or block.hash != receipt.block_hash:
        raise Unavailable(f"block {receipt.block_number} is no longer on the chain")
    final = chain.finalized_block_number(policy.finality)
    if receipt.block_number > final:
        raise Unavailable(
            f"block {receipt.block_number} is not {policy.finality} yet, the last one is {final}"
        )
    if (receipt.block_number, receipt.block_hash) != (claim.block_number, claim.block_hash):
        raise Unavailable(f"the transaction is in block {receipt.block_number}, not where the proof says")
    _check_receipt(receipt, claim, checkpoint)
    _check_one_line(chain, log, policy)
    return block.mined_at


def _check_receipt(receipt: Receipt, claim: AnchorClaim, checkpoint: Checkpoint) -> None:
    if not receipt.succeeded:
        raise CheckFailed(f"transaction {claim.transaction} failed, so it anchored nothing")
    held = [
        (int.from_bytes(event.data[:32], "big"), event.data[32:])
        for event in receipt.events
        if event.address == claim.contract and event.topics == (CHECKPOINT_APPENDED, claim.log_id)
    ]
    if not held:
        raise CheckFailed(f"transaction {claim.transaction} anchored nothing of this log in this contract")
    for size, root in held:
        _check_one_history(checkpoint, size, root)
    if checkpoint.size not in dict(held):
        raise CheckFailed(
            f"transaction {claim.transaction} anchored size {held[0][0]}, want {checkpoint.size}"
        )


def _check_not_forked(
    chain: ChainReader, checkpoint: Checkpoint, log: NoteVerifier, policy: TrustPolicy
) -> None:
    """Without an anchor two lies are left to catch: another root of the same size, a key that began anew."""
    check_chain(chain, policy)
    head = chain.head(str(policy.contract), log_id(log.name, log.public_key))
    _check_one_history(checkpoint, head.size, head.root)
    _check_one_line(chain, log, policy)


def _check_one_line(chain: ChainReader, log: NoteVerifier, policy: TrustPolicy) -> None:
    """The contract knows the log under each of its keys as the successor of the one before.

    A key under which it holds nothing is passed over: that key's history cannot differ from any other's.
    """
    contract, before = str(policy.contract), None
    keys = [log_id(key.name, key.public_key) for key in policy.logs if key.name == log.name]
    if len(keys) == 1:
        return
    for key in keys:
        if chain.head(contract, key).size == 0:
            continue
        if before is not None and chain.predecessor(contract, key) != before:
            raise CheckFailed(
                f"the contract does not know the log id {key.hex()} as the successor of {before.hex()}, "
                "which the trust policy lists before it: it may hold two histories"
            )
        before = key


def _check_one_history(checkpoint: Checkpoint, held_size: int, held_root: bytes) -> None:
    if held_size == checkpoint.size and held_root != checkpoint.root:
        raise CheckFailed(
            f"two histories: at size {held_size} the log signed root {checkpoint.root.hex()}, "
            f"the contract holds {held_root.hex()}"
        )


def check_chain(chain: ChainReader, policy: TrustPolicy) -> None:
    """Raises `Unavailable` if the endpoint serves another chain than the policy's."""
    found = chain.chain_id()
    if found != policy.chain_id:
        raise Unavailable(f"this is chain {found}, not {policy.chain_id}")


def agreed(policy: TrustPolicy, chains: Sequence[C], ask: Callable[[C], T]) -> T:
    """What as many endpoints as the policy wants answer alike, if none says otherwise.

    The word of one endpoint must neither verify nor contradict where the policy wants more of them. They are
    told apart by name, so one that is given twice does not agree with itself.
    """
    if not chains:
        raise Unavailable("no chain endpoint was given")
    confirmed: dict[str, T] = {}
    refuted: dict[str, str] = {}
    silent: dict[str, str] = {}
    for chain in chains:
        try:
            confirmed[chain.name] = ask(chain)
        except CheckFailed as error:
            refuted[chain.name] = str(error)
        except Unavailable as error:
            silent[chain.name] = str(error)
    said = "; ".join(f"{name}: {reason}" for name, reason in (refuted | silent).items())
    if (confirmed and refuted) or len(set(confirmed.values())) > 1:
        raise Unavailable(f"endpoints disagree: {', '.join(confirmed)} confirmed it; {said}")
    if len(refuted) >= policy.agree:
        raise CheckFailed(next(iter(refuted.values())))
    if len(confirmed) >= policy.agree:
        return next(iter(confirmed.values()))
    count = f"{len(confirmed)} of {len(chains)} endpoints confirm it, want {policy.agree}"
    raise Unavailable(f"{count}; {said}" if said else count)
