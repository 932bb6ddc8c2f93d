"""Take events in: give each its entry, keep it, and queue it for the log."""

import hashlib
import secrets
from collections.abc import Callable, Sequence

from traceability.epcis.canonical import canonical_bytes
from traceability.epcis.event import Event
from traceability.epcis.event_hash import event_hash
from traceability.errors import InvalidInput
from traceability.ledger import extensions
from traceability.ledger.ports import Captured, EventStore, StoredEvent
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import name_hashes
from traceability.proof.entry import make_entry

ONLY_SEALED = frozenset(
    f"guoji:{name}"
    for name in (
        "batchRoot",
        "previousBatchRoot",
        "readingCount",
        "expectedCount",
        "epoch",
        "firstSequence",
        "lastSequence",
        "findings",
    )
)
"""Fields of batch events: a partner's event that has them would pass for what a device sent."""


def capture(
    events: Sequence[Event],
    submitter: str,
    store: EventStore,
    now_ms: int,
    nonce: Callable[[], bytes] = lambda: secrets.token_bytes(16),
    typed: bool = False,
) -> tuple[Captured, ...]:
    """Keep validated `events` of one party (GLN) in one durable commit.

    A crash before the commit keeps none of them, and the caller was told nothing; after it all of them are
    queued, and a caller who missed the answer and sends them again is told that they are here (duplicate).
    `typed`: whether a person typed them into a form of ours. Raises `InvalidInput` for an event that says so
    and was not, and for one that claims to be about a batch: only sealing makes those.
    """
    for event in events:
        _check_claims(event, typed)
    return store.insert([as_stored(event, submitter, now_ms, nonce()) for event in events])


def _check_claims(event: Event, typed: bool) -> None:
    claimed = ONLY_SEALED & event.body.keys()
    if claimed:
        raise InvalidInput(f"/{min(claimed)}: only this system makes events about batches of readings")
    if not typed and extensions.is_entered_by_person(event):
        raise InvalidInput(f"/{extensions.ENTERED}: only the forms of this system say that a person typed it")


def as_stored(event: Event, submitter: str, now_ms: int, nonce: bytes) -> StoredEvent:
    """The event with the entry that commits to it. `nonce` is 16 random bytes, fresh for every entry."""
    canonical = canonical_bytes(event.body, event.context)
    hashed = event_hash(event.body, event.context)
    names = name_hashes(each.identifier for each in event.identifiers())
    entry = make_entry(nonce, canonical, hashed.prehash, names, submitter, now_ms).to_bytes()
    return StoredEvent(
        event=event,
        entry=entry,
        key=leaf_hash(entry).hex(),
        names=names,
        event_hash=hashed.uri,
        content_digest=hashlib.sha256(canonical).digest(),
        submitter=submitter,
        captured_at_ms=now_ms,
    )
