"""Make the proof of an event: what a stranger needs to check it without us."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from traceability.errors import CheckFailed, NotInLogYet, Refused
from traceability.ledger.ports import Anchor, AnchorStore, CheckpointStore, Log, NameMap, StoredEvent
from traceability.log import tiles
from traceability.log.checkpoint import log_id, open_checkpoint
from traceability.log.name_map import MapEntry, check_map, name_hash, nothing
from traceability.log.note import NoteVerifier
from traceability.log.tlog_proof import TlogProof
from traceability.proof.entry import Entry
from traceability.proof.proof_file import AnchorClaim, Complete, Proof
from traceability.proof.trust import TrustPolicy

MOST_ANCHORS = 8
"""Of one trace's proofs, beside that of its completeness."""


class BatchLeaves(Protocol):
    def batch_leaves(self, root: str) -> Sequence[bytes]:
        """The header and the readings under this batch root (hex), as they were sealed. Raises `Unknown`."""


@dataclass(frozen=True, slots=True)
class Prover:
    """Reads what is stored and says it in the proof's form; checks nothing, since the verifier will."""

    log: Log
    checkpoints: CheckpointStore
    anchors: AnchorStore
    names: NameMap
    batches: BatchLeaves
    logs: Sequence[NoteVerifier]
    """The keys of our log; each has signed some of its checkpoints."""
    policy: TrustPolicy
    """Only its chain id and contract are used: the place where this installation anchors."""

    def prove(self, stored: StoredEvent) -> Proof:
        """The proof against the oldest final anchor that covers it, so that it stays the same for ever.

        Before there is one: against the newest checkpoint, without an anchor. Raises `NotInLogYet` while the
        event is under no checkpoint yet.
        """
        return self._against(stored, self._anchor_of(stored))

    def prove_together(self, events: Sequence[StoredEvent]) -> dict[str, Proof]:
        """Proofs by key, without events that are under no checkpoint yet, against `MOST_ANCHORS` at most.

        A phone asks the chain about each. So a batch is proven by the next anchor that proves another event,
        or by the newest: its own may be one of hundreds.
        """
        final = {each.key: anchor for each in events if (anchor := self._anchor_of(each)) is not None}
        by_size = {anchor.size: anchor for anchor in final.values()}
        goods = [each.key for each in events if _batch_root(each) is None]
        sizes = _few({*(final[key].size for key in goods if key in final), *sorted(by_size)[-1:]})
        proofs = {}
        for each in events:
            first = final.get(each.key)
            anchor = None if first is None else by_size[sizes[bisect_left(sizes, first.size)]]
            with suppress(NotInLogYet):
                proofs[each.key] = self._against(each, anchor)
        return proofs

    def _anchor_of(self, stored: StoredEvent) -> Anchor | None:
        """The oldest final one that covers it."""
        index = self.log.index_of(stored.key)
        return None if index is None else self.anchors.covering(index)

    def _against(self, stored: StoredEvent, anchor: Anchor | None) -> Proof:
        index = self.log.index_of(stored.key)
        note = self.checkpoints.newest() if anchor is None else anchor.note
        if index is None or note is None:
            raise NotInLogYet(f"event {stored.key} is not in the log yet; try again in a few seconds")
        size = open_checkpoint(note, self.logs)[0].size
        if index >= size:
            raise NotInLogYet(f"entry {index} is under no checkpoint yet; try again in a few seconds")
        hashes = tiles.inclusion_proof(size, index, self.log.read_tile)
        root = _batch_root(stored)
        return Proof(
            context=stored.event.context,
            event=stored.event.body,
            entry=Entry.from_bytes(stored.entry),
            tlog=TlogProof(index, tuple(hashes), note),
            anchor=None if anchor is None else self._claim(anchor),
            leaves=tuple(self.batches.batch_leaves(root)) if root is not None else None,
        )

    def complete(self, subject: str) -> Complete | None:
        """Which entries name `subject`, up to the newest final anchor, or checkpoint while there is none.

        None while there is no checkpoint.
        """
        anchor = self.anchors.last_final()
        newest = self.checkpoints.newest()
        made = None if anchor is None else self._complete(subject, anchor.note, anchor)
        return made or (None if newest is None else self._complete(subject, newest, None))

    def _complete(self, subject: str, note: str, anchor: Anchor | None) -> Complete | None:
        """None if the map of that moment is no longer kept."""
        size = open_checkpoint(note, self.logs)[0].size
        [data] = self.log.entries(size - 1, size)
        entry, key = MapEntry.from_bytes(data), name_hash(subject)
        proof = self.names.prove(key, entry.index)
        entries = tuple(self.names.entries_of(key, entry.index))
        try:
            check_map(nothing(key).then(*entries), proof, entry.root)
        except CheckFailed:
            return None
        hashes = tiles.inclusion_proof(size, entry.index, self.log.read_tile)
        tlog = TlogProof(entry.index, tuple(hashes), note)
        return Complete(entry, tlog, None if anchor is None else self._claim(anchor), entries, proof)

    def log_id_of(self, note: str) -> bytes:
        """Of our log under the key that signed this checkpoint."""
        _, log = open_checkpoint(note, self.logs)
        return log_id(log.name, log.public_key)

    def _claim(self, anchor: Anchor) -> AnchorClaim:
        if self.policy.chain_id is None or self.policy.contract is None:
            raise Refused("anchors are stored, but the trust policy names no chain and contract")
        return AnchorClaim(
            chain_id=self.policy.chain_id,
            contract=self.policy.contract,
            log_id=self.log_id_of(anchor.note),
            size=anchor.size,
            root=anchor.root,
            transaction=anchor.tx_hash,
            block_number=anchor.block_number or 0,
            block_hash=anchor.block_hash or "",
        )


def _batch_root(stored: StoredEvent) -> str | None:
    root = stored.event.body.get("guoji:batchRoot")
    return root if isinstance(root, str) else None


def _few(sizes: Collection[int]) -> list[int]:
    """At most `MOST_ANCHORS` of them in order, as far apart in it as can be; the largest is among them."""
    ordered, count = sorted(sizes), min(len(sizes), MOST_ANCHORS)
    return [ordered[number * len(ordered) // count - 1] for number in range(1, count + 1)]
