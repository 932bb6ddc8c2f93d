"""Bring queued entries under a signed checkpoint."""

from collections.abc import Sequence

from traceability.errors import CheckFailed, InvalidInput, Refused, Unknown
from traceability.ledger.ports import CheckpointStore, HighWaterMark, Log
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint, log_id, open_checkpoint
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.successor import SuccessorEntry

ENTRIES_A_COMMIT = 5_000

# The order is the whole point: (1) see that the store has what we signed, (2) indexes and tiles, (3) sign,
# (4) raise the mark, (5) keep the checkpoint; only then is it served.
#
# A crash before (2) changes nothing. A crash between (2) and (5) leaves entries that have their indexes but
# no checkpoint: the next call finds the log larger than the checkpoint and signs that tree. Between (4) and
# (5) the mark is ahead of the checkpoint, but not of the tree, which was durable before. So it fits, and the
# next call signs the same again. To sign before (2) could sign a tree whose tiles are lost. To raise the mark
# after (5) could serve a checkpoint that nobody misses in an old copy of the store. Of two publishers one
# fails at (2) or at (5); neither signs a fork, since an index is handed out once. Where each has a database
# of its own, a copy, one fails at (4), before anybody sees what it signed.


def publish(
    log: Log,
    checkpoints: CheckpointStore,
    mark: HighWaterMark,
    signer: NoteSigner,
    older: Sequence[NoteVerifier] = (),
) -> Checkpoint | None:
    """Take what is queued into the log and sign the tree that results. None if nothing was new.

    `older` are keys that signed this log before; the first checkpoint by another one follows an entry that
    names the last by the one before. Raises `CheckpointConflict` if another publisher was
    faster, `Refused` if the log holds less than we signed, or something else.
    """
    known = [*older, NoteVerifier.of(signer)]
    # (1)
    marked = mark.newest()
    check_holds_what_was_signed(log, marked, known)
    old = checkpoints.newest()
    signed = None if old is None else open_checkpoint(old, known)
    held = 0 if signed is None else signed[0].size
    # (2)
    log.integrate(ENTRIES_A_COMMIT, None if signed is None else _successor(log, *signed, known[-1]))
    size = log.size()
    if size < held:
        raise Refused(
            f"the log holds {size} entries, but we signed {held}: "
            "`guoji recover --from MIRROR` fetches the others"
        )
    if size == held:
        return None
    # (3)
    new = Checkpoint(origin=signer.name, size=size, root=tiles.root(size, log.read_tile))
    note = new.sign(signer)
    # (4)
    mark.replace(marked, note)
    # (5)
    checkpoints.replace(old, note)
    return new


def _successor(log: Log, last: Checkpoint, by: NoteVerifier, now: NoteVerifier) -> bytes | None:
    """The entry that names the last checkpoint by an earlier key, unless a crash has left it in the log."""
    if by == now:
        return None
    entry = SuccessorEntry(log_id(by.name, by.public_key), last.size, last.root).to_bytes()
    return None if entry in log.entries(last.size, log.size()) else entry


def check_holds_what_was_signed(log: Log, note: str | None, known: Sequence[NoteVerifier]) -> None:
    """Raises `Refused` unless `note`, which stands at the high-water mark, is of a part of our log."""
    if note is None:
        return
    try:
        signed, _ = open_checkpoint(note, known)
    except (InvalidInput, CheckFailed) as error:
        raise Refused(f"the high-water mark is no checkpoint of ours: {error}. Nothing is signed") from error
    size = log.size()
    if signed.size > size:
        raise Refused(
            f"we signed {signed.size} entries, our store holds only {size}: it is an old copy. Nothing is "
            "signed before `guoji recover --from MIRROR` has fetched the others"
        )
    try:
        root = tiles.root(signed.size, log.read_tile)
    except Unknown as error:
        raise Refused(
            f"we signed {signed.size} entries, but {error}: `guoji fsck` says what is wrong"
        ) from error
    if root != signed.root:
        raise Refused(
            f"we signed another tree of {signed.size} entries than our store holds: it is not the store of "
            "this log, or was changed. Nothing is signed; `guoji fsck` says what is wrong"
        )
