"""Bring queued entries under a signed checkpoint."""

from traceability.errors import Refused
from traceability.ledger.ports import CheckpointStore, Log
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteSigner, NoteVerifier

ENTRIES_A_COMMIT = 5_000


def publish(log: Log, checkpoints: CheckpointStore, signer: NoteSigner) -> Checkpoint | None:
    """Take what is queued into the log and sign the tree that results. None if nothing was new.

    Raises `CheckpointConflict` if another publisher was faster, `Refused` if the log holds less than
    we signed.
    """
    # The order is the whole point: (1) indexes and tiles, (2) sign, (3) keep the checkpoint; only then
    # is it served.
    #
    # A crash before (1) changes nothing. A crash between (1) and (3) leaves entries that have their
    # indexes but no checkpoint: the next call finds the log larger than the checkpoint and signs that
    # tree. The other order could sign a tree whose tiles are lost. Of two publishers one fails at (1) or
    # at (3); neither signs a fork, since an index is handed out once.
    old = checkpoints.newest()
    held = 0 if old is None else Checkpoint.open(old, NoteVerifier.of(signer)).size

    # (1)
    log.integrate(ENTRIES_A_COMMIT)
    size = log.size()
    if size < held:
        raise Refused(f"the log holds {size} entries, but we signed {held}: restore the missing ones first")
    if size == held:
        return None
    # (2)
    new = Checkpoint(origin=signer.name, size=size, root=tiles.root(size, log.read_tile))
    note = new.sign(signer)
    # (3)
    checkpoints.replace(old, note)
    return new
