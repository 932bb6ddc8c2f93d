"""Have the contract hold the newest checkpoint, whatever the chain does meanwhile."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from traceability.errors import Refused
from traceability.ledger.ports import Anchor, AnchorState, AnchorStore, CheckpointStore, Log
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteVerifier


@dataclass(frozen=True, slots=True)
class Held:
    """The newest checkpoint that the contract holds of our log; size 0 if it holds none."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """An append, ready to be sent. Sending it twice has the effect of sending it once."""

    tx_hash: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Mined:
    reverted: bool
    block_number: int
    block_hash: str
    block_time: datetime
    final: bool


class Contract(Protocol):
    """Our log in the `TraceLog` contract. Every method raises `ChainUnavailable` while the chain is away."""

    def held(self) -> Held: ...

    def sign_append(self, old_size: int, size: int, root: bytes, proof: list[bytes]) -> Signed: ...

    def send(self, raw: bytes) -> None:
        """Hand it to the chain. That the chain has it already, or can no longer use it, is not an error."""

    def mined(self, tx_hash: str) -> Mined | None:
        """None while no block of the chain as it is now holds this transaction."""


def anchor(
    log: Log, checkpoints: CheckpointStore, anchors: AnchorStore, contract: Contract, verifier: NoteVerifier
) -> Checkpoint | None:
    """One round: follow the anchors under way, then send the newest checkpoint if none of them is waiting.

    Returns the checkpoint that was sent, None if there was nothing to send. Raises `ChainUnavailable` (try
    again later, nothing is lost) and `Refused` if the contract holds what our log does not.
    """
    # The order is the whole point: (1) sign the transaction, (2) keep it durably, (3) send it.
    #
    # A crash before (2) changes nothing. A crash between (2) and (3), or an answer to (3) that never came,
    # leaves a kept transaction: the next round sends the very same bytes again, which the chain takes at most
    # once. Sent before kept, a crash could leave an anchor on the chain that no proof can name. Whoever else
    # appends to our log meanwhile makes ours revert, since the contract compares the size it holds.
    held = contract.held()
    check_same_history(held, log)
    _follow(anchors, contract)
    note = checkpoints.newest()
    newest = None if note is None else Checkpoint.open(note, verifier)
    if note is None or newest is None or newest.size == held.size:
        return None
    waiting = [each for each in anchors.open() if each.state == "sent" and each.old_size == held.size]
    for each in waiting:
        contract.send(each.raw)
    if waiting:
        return None
    # (1)
    proof = tiles.consistency_proof(held.size, newest.size, log.read_tile) if held.size else []
    signed = contract.sign_append(held.size, newest.size, newest.root, proof)
    # (2)
    anchors.keep(Anchor(signed.tx_hash, held.size, newest.size, newest.root, note, signed.raw))
    # (3)
    contract.send(signed.raw)
    return newest


def check_same_history(held: Held, log: Log) -> None:
    """Raises `Refused` unless what the contract holds is a part of our log.

    Run before anything is signed: a log restored from an old backup would otherwise fork what was anchored.
    """
    size = log.size()
    if held.size > size:
        raise Refused(
            f"the contract holds {held.size} entries, our store only {size}: it is an old copy; "
            "restore the newer one, nothing is signed or anchored before"
        )
    if held.size and tiles.root(held.size, log.read_tile) != held.root:
        raise Refused(
            f"the contract holds another tree of {held.size} entries than our store: "
            "this store is not the one that was anchored; nothing is signed or anchored"
        )


def _follow(anchors: AnchorStore, contract: Contract) -> None:
    """Bring each anchor under way up to date with the chain as it is now, a reorganised one included."""
    under_way = anchors.open()
    final_size = 0
    for each in under_way:
        mined = contract.mined(each.tx_hash)
        now = _as_mined(each, mined)
        if now != each:
            anchors.keep(now)
        if now.state == "final":
            final_size = max(final_size, now.size)
    for each in anchors.open():
        if each.state == "sent" and each.size <= final_size:
            # Another transaction made this one pointless: the contract has moved past it, for good.
            anchors.keep(replace(each, state="lost"))


def _as_mined(anchor: Anchor, mined: Mined | None) -> Anchor:
    if mined is None:
        return replace(anchor, state="sent", block_number=None, block_hash=None, block_time=None)
    match mined.reverted, mined.final:
        case False, final:
            state: AnchorState = "final" if final else "mined"
        case True, final:
            state = "lost" if final else "sent"
    return replace(
        anchor,
        state=state,
        block_number=mined.block_number,
        block_hash=mined.block_hash,
        block_time=mined.block_time,
    )
