"""What we signed, and what the chain holds of it, is the tree that is stored."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select

from traceability.errors import CheckFailed, InvalidInput, Unavailable, Unknown
from traceability.ledger.ports import Held
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint, log_id, open_checkpoint
from traceability.log.note import NoteVerifier
from traceability.proof.anchor import check_anchor
from traceability.proof.chain_reader import ChainReader, Remembering
from traceability.proof.proof_file import AnchorClaim
from traceability.proof.trust import TrustPolicy
from traceability.store.anchors import anchor
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.log import checkpoint, read_tile, size_of_log

STATES = ("sent", "mined", "final", "reverted")


@dataclass(frozen=True, slots=True)
class Believed:
    """What stands outside the database, and is compared with it."""

    logs: Sequence[NoteVerifier]
    """The keys of our log, newest last."""
    mark: str | None
    """The newest checkpoint that we signed, as the high-water mark has it."""
    policy: TrustPolicy
    chain: ChainReader | None
    heads: Sequence[Held]
    """What the contract held under each key, before the view was taken."""


def check_signed(view: View, believed: Believed) -> Iterator[Difference]:
    notes = {row.origin: row.note for row in view.rows(select(checkpoint))}
    newest = notes.pop(believed.logs[-1].name, None)
    for origin in notes:
        yield Difference(
            f"the checkpoint of {origin[:80]}", "stored", f"none but of {believed.logs[-1].name}"
        )
    if newest is not None:
        yield from _check_note(view, "the newest checkpoint", newest, believed)
    elif size_of_log(view.connection):
        yield Difference("the newest checkpoint", "missing", "one, since the log has entries")
    if believed.mark is not None:
        yield from _check_note(view, "the high-water mark", believed.mark, believed)
    for head in believed.heads:
        yield from _check_tree(view, "what the contract holds", head.size, head.root)


def check_anchors(view: View, believed: Believed) -> Iterator[Difference]:
    ask = _asking(view, believed)
    rows = view.rows(select(anchor).order_by(anchor.c.size, anchor.c.tx_hash))
    for row in view.watch("anchors", view.count(anchor), rows):
        where = f"the anchor of {row.size} entries ({row.tx_hash[:66]})"
        if row.state not in STATES:
            yield from compare(f"{where}: its state", row.state, " or ".join(STATES))
        if not 0 <= row.old_size < row.size:
            yield from compare(f"{where}: the size before it", row.old_size, f"less than {row.size}")
        found = list(_check_note(view, f"{where}: its note", row.note, believed, row))
        yield from found
        if not found and row.state == "final" and row.contract == believed.policy.contract:
            yield from _check_on_chain(where, row, believed, ask)


def _check_note(
    view: View, where: str, note: str, believed: Believed, row: Row[Any] | None = None
) -> Iterator[Difference]:
    try:
        signed, _ = open_checkpoint(note, believed.logs)
    except (InvalidInput, CheckFailed) as error:
        yield Difference(where, f"worth nothing ({error})", "a checkpoint that our key signed")
        return
    if row is not None:
        yield from compare(f"{where}: its size", signed.size, row.size)
        yield from compare(f"{where}: the root beside it", row.root, signed.root)
    yield from _check_tree(view, where, signed.size, signed.root)


def _check_tree(view: View, where: str, size: int, root: bytes) -> Iterator[Difference]:
    def read(level: int, index: int, width: int) -> bytes:
        return read_tile(view.connection, level, index, width)

    held = size_of_log(view.connection)
    if size > held:
        most = f"at most {held}, which the log holds; `guoji recover --from MIRROR` fetches the others"
        yield from compare(f"{where}: its size", size, most)
        return
    try:
        ours = tiles.root(size, read)
    except (Unknown, CheckFailed) as error:
        yield Difference(where, f"not to be compared ({error})", "a tree that is whole")
        return
    yield from compare(f"{where}: its root over {size} entries", root, ours)


Ask = Callable[[AnchorClaim, Checkpoint, NoteVerifier], str | None]


def _asking(view: View, believed: Believed) -> Ask:
    """Asks the chain for an anchor: what is untrue of it. What cannot be asked is told, each reason once.

    Without a chain nobody is asked: whoever has none to give has said why.
    """
    # Only our own endpoint is asked, whatever a stranger should do: we look for mistakes in our store.
    policy = replace(believed.policy, agree=1)
    if believed.chain is None:
        return lambda *_: None
    chain = Remembering(believed.chain)
    told = set[str]()

    def ask(claim: AnchorClaim, signed: Checkpoint, log: NoteVerifier) -> str | None:
        try:
            check_anchor(claim, signed, log, policy, [chain])
        except CheckFailed as error:
            return str(error)
        except Unavailable as error:
            if str(error) not in told:
                view.tell(f"anchors were not compared with the chain: {error}")
            told.add(str(error))
        return None

    return ask


def _check_on_chain(where: str, row: Row[Any], believed: Believed, ask: Ask) -> Iterator[Difference]:
    signed, log = open_checkpoint(row.note, believed.logs)
    claim = AnchorClaim(
        chain_id=believed.policy.chain_id or 0,
        contract=row.contract,
        log_id=log_id(log.name, log.public_key),
        size=row.size,
        root=row.root,
        transaction=row.tx_hash,
        block_number=row.block_number or 0,
        block_hash=row.block_hash or "",
    )
    untrue = ask(claim, signed, log)
    if untrue is not None:
        yield Difference(f"{where}: what the chain says of it", untrue, "this size and root")
