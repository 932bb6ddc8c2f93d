"""Have the contract hold the newest checkpoint, whatever the chain does meanwhile."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from traceability.errors import ChainUnavailable, Refused
from traceability.ledger.ports import Anchor, AnchorStore, CheckpointStore, Contract, Held, Log, Mined
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import Note, NoteVerifier

STUCK_AFTER = timedelta(minutes=3)
"""What no block takes for so long gets a rival that pays more; each rival in turn is given twice the time."""

Tell = Callable[[str], object]
"""Takes one line for the operator."""


# The order in which an anchor is sent is the whole point: (1) sign it, (2) keep it durably, (3) send it.
#
# A crash before (2) changes nothing. A crash between (2) and (3), or an answer to (3) that never came, leaves
# a kept transaction: the next round sends the very same bytes again, which the chain takes at most once. Sent
# before kept, a crash could leave an anchor on the chain that no proof can name. Whoever else appends to our
# log meanwhile makes ours revert, since the contract compares the size it holds.
#
# What waits in vain gets a rival, in the same three steps. All that was ever kept is followed, so the chain
# alone says which of them it took; could it take both, the second would revert.


def anchor(
    log: Log,
    checkpoints: CheckpointStore,
    anchors: AnchorStore,
    contract: Contract,
    verifier: NoteVerifier,
    now: datetime,
    tell: Tell,
) -> Checkpoint | None:
    """One round: follow the anchors under way, then send the newest checkpoint if none of them is waiting.

    `contract` is our log under the key of `verifier`, and `anchors` has what is under way there. `now` has a
    time zone; `tell` takes one line for each trouble. Returns the checkpoint that was sent, None if there was
    none to send. Raises `Unavailable` (try again later, nothing is lost) and `Refused` if the contract holds
    what our log does not, or takes no appends from us.
    """
    check_same_history(contract.held(), log)
    _take_back(anchors, contract, now, tell)
    _follow(anchors, contract, now, tell)
    held = contract.held()  # again: an anchor that was mined meanwhile counts here
    note = checkpoints.newest()
    newest = None if note is None else _signed_by(verifier, note)
    if note is None or newest is None or newest.size <= held.size:
        return None
    waiting = [each for each in anchors.open() if each.state == "sent" and each.old_size == held.size]
    last = max(waiting, key=lambda each: each.sent_at, default=None)
    if last is not None and now - last.sent_at < STUCK_AFTER * 2 ** (len(waiting) - 1):
        contract.send(last.raw)
        return None
    proof = tiles.consistency_proof(held.size, newest.size, log.read_tile) if held.size else []
    stuck = None if last is None else last.raw
    # (1)
    try:
        signed = contract.sign_append(held.size, newest.size, newest.root, proof, stuck)
    except ChainUnavailable:
        # A rival may be too dear for us. The chain may have forgotten the one that waits, and take it now.
        if last is not None:
            with suppress(ChainUnavailable):
                contract.send(last.raw)
        raise
    # (2)
    anchors.keep(Anchor(signed.tx_hash, held.size, newest.size, newest.root, note, signed.raw, now))
    if last is not None and last.tx_hash != signed.tx_hash:
        waited_s = (now - last.sent_at).total_seconds()
        tell(f"{_name(last)} is in no block after {waited_s:.0f} s: {signed.tx_hash} is to take its place")
    # (3)
    contract.send(signed.raw)
    return newest


def _signed_by(verifier: NoteVerifier, note: str) -> Checkpoint | None:
    """None while the newest checkpoint is by an earlier key of our log, under which it is another log."""
    if not verifier.signed(Note.parse(note)):
        return None
    return Checkpoint.open(note, verifier)


def check_same_history(held: Held, log: Log) -> None:
    """Raises `Refused` unless what the contract holds is a part of our log.

    Run before anything is signed: a log restored from an old backup would otherwise fork what was anchored.
    """
    size = log.size()
    if held.size > size:
        raise Refused(
            f"the contract holds {held.size} entries, our store only {size}: it is an old copy; "
            "nothing is signed or anchored before `guoji recover --from MIRROR` has fetched the others"
        )
    if held.size and tiles.root(held.size, log.read_tile) != held.root:
        raise Refused(
            f"the contract holds another tree of {held.size} entries than our store: "
            "this store is not the one that was anchored; nothing is signed or anchored"
        )


def _take_back(anchors: AnchorStore, contract: Contract, now: datetime, tell: Tell) -> None:
    """Put final anchors under way again whose block the chain has replaced after all.

    A block's hash commits to all blocks before it, so the last anchor that stands stands for those before.
    """
    while (last := anchors.last_final()) is not None:
        if contract.has_block(last.block_number or 0, last.block_hash or ""):
            return
        anchors.keep(_in_no_block(last, now))
        tell(
            f"{_name(last)} was final, and the chain has replaced its block {last.block_number}: proofs that "
            "name it are void, and it is anchored anew. The finality rule is too weak for this chain"
        )


def _follow(anchors: AnchorStore, contract: Contract, now: datetime, tell: Tell) -> None:
    """Bring each anchor under way up to date with the chain as it is now, a reorganised one included."""
    for old in anchors.open():
        new = _as_seen(old, contract.mined(old.tx_hash), now)
        if new == old:
            continue
        anchors.keep(new)
        if new.state == "reverted":
            tell(f"{_name(new)} failed in block {new.block_number}: {contract.why_reverted(new.tx_hash)}")
        elif new.state == "sent":
            tell(f"{_name(new)} is no longer in block {old.block_number}: the chain was reorganised")


def _as_seen(anchor: Anchor, mined: Mined | None, now: datetime) -> Anchor:
    if mined is None:
        return anchor if anchor.state == "sent" else _in_no_block(anchor, now)
    return replace(
        anchor,
        state="reverted" if mined.reverted else "final" if mined.final else "mined",
        block_number=mined.block_number,
        block_hash=mined.block_hash,
        block_time=mined.block_time,
    )


def _in_no_block(anchor: Anchor, now: datetime) -> Anchor:
    return replace(anchor, state="sent", sent_at=now, block_number=None, block_hash=None, block_time=None)


def _name(anchor: Anchor) -> str:
    return f"the anchor of {anchor.size} entries ({anchor.tx_hash})"
