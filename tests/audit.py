"""Recomputes the whole log in memory, as plainly as can be: the slow twin of `guoji fsck`."""

from collections.abc import Sequence

from traceability.epcis.canonical import canonical_bytes
from traceability.ledger.ports import StoredEvent
from traceability.log import tiles
from traceability.log.checkpoint import log_id, open_checkpoint
from traceability.log.map_pages import NamePages
from traceability.log.merkle import leaf_hash, root_of
from traceability.log.name_map import MapEntry, is_map_entry, name_hashes, names_digest
from traceability.log.note import NoteVerifier
from traceability.log.successor import SuccessorEntry, is_successor_entry
from traceability.own_store import Store
from traceability.proof.entry import Entry, event_digest, prehash_digest
from traceability.telemetry.batch import open_batch
from traceability.telemetry.batch_event import check_batch


def audit(store: Store, *logs: NoteVerifier) -> None:
    """Fails unless every entry of the log is whole and under its newest checkpoint, by one of these keys."""
    size = store.log.size()
    entries = store.log.entries(0, size + 1)
    leaves = [leaf_hash(entry) for entry in entries]
    assert len(entries) == size

    newest, _ = open_checkpoint(store.checkpoints.newest() or "", logs)
    assert (newest.size, newest.root) == (size, root_of(leaves))
    _audit_tiles(store, leaves)
    _audit_anchors(store, logs, leaves)
    of_log = [index for index, entry in enumerate(entries) if is_successor_entry(entry)]
    of_events = [
        index for index, entry in enumerate(entries) if index not in of_log and not is_map_entry(entry)
    ]
    for index in of_log:
        _audit_successor(SuccessorEntry.from_bytes(entries[index]), leaves[:index], logs)
    assert [store.log.index_of(leaves[index].hex()) for index in of_events] == of_events
    events = [store.events.by_key(leaves[index].hex()) for index in of_events]
    for event, index in zip(events, of_events, strict=True):
        _audit_entry(event, entries[index])
    _audit_map(store, entries, leaves)
    _audit_batches(store, [each for each in events if "guoji:batchRoot" in each.event.body])


def _audit_successor(entry: SuccessorEntry, leaves: Sequence[bytes], logs: Sequence[NoteVerifier]) -> None:
    assert entry.log_id in [log_id(log.name, log.public_key) for log in logs]
    assert entry.root == root_of(leaves[: entry.size])


def _audit_tiles(store: Store, leaves: Sequence[bytes]) -> None:
    for path in tiles.new_tiles(0, len(leaves)):
        assert path.level is not None
        span = tiles.WIDTH**path.level
        first = path.index * tiles.WIDTH
        nodes = [root_of(leaves[span * n : span * (n + 1)]) for n in range(first, first + path.width)]
        assert store.log.read_tile(path.level, path.index, path.width) == b"".join(nodes), path


def _audit_anchors(store: Store, logs: Sequence[NoteVerifier], leaves: Sequence[bytes]) -> None:
    anchored = 0
    while (anchor := store.anchors.covering(anchored)) is not None:
        root = root_of(leaves[: anchor.size])
        signed, _ = open_checkpoint(anchor.note, logs)
        assert (anchor.root, signed.root, signed.size) == (root, root, anchor.size)
        anchored = anchor.size
    assert anchored <= len(leaves)


def _audit_map(store: Store, entries: Sequence[bytes], leaves: Sequence[bytes]) -> None:
    """Every map entry is what the names of the entries before it give."""
    pages, named = NamePages(lambda paths: {}), store.log.names(0, len(entries))
    done = 0
    for index, entry in enumerate(entries):
        if is_map_entry(entry):
            pages.add(zip(leaves[done:index], named[done:index], strict=True))
            assert MapEntry.from_bytes(entry) == MapEntry(index, pages.root())
            done = index
    assert done == len(entries) - 1


def _audit_entry(stored: StoredEvent, bytes_in_log: bytes) -> None:
    entry, event = Entry.from_bytes(bytes_in_log), stored.event
    assert entry.event_digest == event_digest(entry.nonce, canonical_bytes(event.body, event.context))
    assert entry.prehash_digest == prehash_digest(entry.nonce, event.hash().prehash)
    assert (entry.submitter, entry.captured_at_ms) == (stored.submitter, stored.captured_at_ms)
    names = name_hashes(each.identifier for each in event.identifiers())
    assert (entry.names_digest, stored.names) == (names_digest(names), names)
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
