"""Take events in: give each its entry, keep it, and queue it for the log."""

import hashlib
import secrets
from collections.abc import Callable, Sequence

from traceability.epcis.canonical import canonical_bytes
from traceability.epcis.document import Check
from traceability.epcis.event import Event
from traceability.epcis.validate import Fault, refuse
from traceability.epcis.vocabulary import SHOWING_STEP, SHOWN_ON_AIR
from traceability.ledger import extensions
from traceability.ledger.grant import Grant
from traceability.ledger.permission import Permission
from traceability.ledger.ports import Captured, EventStore, StoredEvent
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import name_hashes
from traceability.proof.entry import make_entry
from traceability.proof.on_air_segment import ON_AIR, ON_AIR_STEP

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
ONLY_ON_AIR = frozenset({SHOWN_ON_AIR, SHOWING_STEP, ON_AIR, ON_AIR_STEP})
"""Fields and steps of what live rooms record: an event of a partner that has them would pass for theirs."""


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
    Whoever calls has asked whether the party may say so (`faults_for`, `Permission.check`).
    `typed`: whether a person typed them into a form of ours. Raises `InvalidInput` for an event that says so
    and was not, and for one that claims to be about a batch or a live room: only this system makes those.
    """
    refuse([fault for event in events for fault in claim_faults(event, typed)])
    return store.insert([as_stored(event, submitter, now_ms, nonce()) for event in events])


def faults_for(grant: Grant, permission: Permission) -> Check:
    """What is wrong with events that the holder of a grant sends, though EPCIS and the profile allow it."""

    def faults(events: Sequence[Event]) -> list[list[Fault]]:
        refused = permission.refusals(events, grant)
        return [claim_faults(event) or refusals for event, refusals in zip(events, refused, strict=True)]

    return faults


def claim_faults(event: Event, typed: bool = False) -> list[Fault]:
    """What an event says that only this system may say of one."""
    claimed = sorted(ONLY_SEALED & event.body.keys())
    found = [Fault((name,), "only this system makes events about batches of readings") for name in claimed]
    shown = sorted(ONLY_ON_AIR & event.body.keys()) or ["bizStep"] * (event.step in ONLY_ON_AIR)
    found += [Fault((name,), "only this system says what a live room here showed") for name in shown]
    if not typed and extensions.is_entered_by_person(event):
        found.append(Fault((extensions.ENTERED,), "only the forms of this system say that a person typed it"))
    return found


def as_stored(event: Event, submitter: str, now_ms: int, nonce: bytes) -> StoredEvent:
    """The event with the entry that commits to it. `nonce` is 16 random bytes, fresh for every entry."""
    canonical = canonical_bytes(event.body, event.context)
    hashed = event.hash()
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
