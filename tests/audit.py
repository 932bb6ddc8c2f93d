"""Recomputes the whole log from what a store holds; believes nothing that is stored about it."""

from collections.abc import Sequence

from traceability.epcis.canonical import canonical_bytes
from traceability.ledger.ports import StoredEvent
from traceability.log import tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import leaf_hash, root_of
from traceability.log.note import NoteVerifier
from traceability.proof.entry import Entry, event_digest, prehash_digest
from traceability.telemetry.batch import open_batch
from traceability.telemetry.batch_event import check_batch
from traceability.wiring import Store


def audit(store: Store, verifier: NoteVerifier, size: int) -> None:
    """Fails unless the log holds exactly `size` entries, all of them under its newest checkpoint."""
    entries = store.log.entries(0, size + 1)
    leaves = [leaf_hash(entry) for entry in entries]
    assert len(entries) == store.log.size() == size
    assert [store.log.index_of(leaf.hex()) for leaf in leaves] == list(range(size))

    newest = Checkpoint.open(store.checkpoints.newest() or "", verifier)
    assert (newest.size, newest.root) == (size, root_of(leaves))
    _audit_tiles(store, leaves)
    _audit_anchors(store, verifier, leaves)
    events = [store.events.by_key(leaf.hex()) for leaf in leaves]
    for event, entry in zip(events, entries, strict=True):
        _audit_entry(event, entry)
    _audit_batches(store, [each for each in events if "guoji:batchRoot" in each.event.body])


def _audit_tiles(store: Store, leaves: Sequence[bytes]) -> None:
    for path in tiles.new_tiles(0, len(leaves)):
        assert path.level is not None
        span = tiles.WIDTH**path.level
        first = path.index * tiles.WIDTH
        nodes = [root_of(leaves[span * n : span * (n + 1)]) for n in range(first, first + path.width)]
        assert store.log.read_tile(path.level, path.index, path.width) == b"".join(nodes), path


def _audit_anchors(store: Store, verifier: NoteVerifier, leaves: Sequence[bytes]) -> None:
    anchored = 0
    while (anchor := store.anchors.covering(anchored)) is not None:
        root = root_of(leaves[: anchor.size])
        signed = Checkpoint.open(anchor.note, verifier)
        assert (anchor.root, signed.root, signed.size) == (root, root, anchor.size)
        anchored = anchor.size
    assert anchored <= len(leaves)


def _audit_entry(stored: StoredEvent, bytes_in_log: bytes) -> None:
    entry, event = Entry.from_bytes(bytes_in_log), stored.event
    assert entry.event_digest == event_digest(entry.nonce, canonical_bytes(event.body, event.context))
    assert entry.prehash_digest == prehash_digest(entry.nonce, event.hash().prehash)
    assert (entry.submitter, entry.captured_at_ms) == (stored.submitter, stored.captured_at_ms)
    assert stored.event_hash == event.hash().uri


def _audit_batches(store: Store, events: Sequence[StoredEvent]) -> None:
    """Every batch is what its event says, and no reading stands in two of them."""
    sealed: set[tuple[str, int, int]] = set()
    for stored in events:
        leaves = store.history.batch_leaves(stored.event.body["guoji:batchRoot"])
        check_batch(leaves, stored.event.body)
        numbers = {(each.device, each.epoch, each.sequence) for each in open_batch(leaves).readings}
        assert not sealed & numbers
        sealed |= numbers
    assert len(sealed) == sum(each.event.body["guoji:readingCount"] for each in events)
