"""A small log, its anchor and a chain that holds it, from fixed keys: what the proof vectors are made of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.epcis.canonical import canonical_bytes
from traceability.epcis.event import Event
from traceability.epcis.event_hash import event_hash
from traceability.log.checkpoint import Checkpoint, log_id
from traceability.log.map_pages import NamePages
from traceability.log.merkle import inclusion_proof, leaf_hash, root_of
from traceability.log.name_map import MapEntry, name_hash, name_hashes, split_hashes
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.tlog_proof import TlogProof
from traceability.proof.anchor import CHECKPOINT_APPENDED
from traceability.proof.entry import make_entry
from traceability.proof.proof_file import AnchorClaim, Complete, Proof, TraceProof
from traceability.telemetry.batch import NO_BATCH, build_batch
from traceability.telemetry.batch_event import batch_event
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading

LOT = "https://id.gs1.org/01/09521234500018/10/L1"
PLACE = "https://id.gs1.org/414/9521321000010/254/gate"
TRUCK = "https://id.gs1.org/414/9521321000010/254/truck"
CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld",
    {"guoji": "https://guoji.example/epcis/"},
]
SUBMITTER = "9521321000010"
CHAIN_ID = 31337
CONTRACT = "0x" + "c0" * 20
SECOND = 1_795_000_000


def signer(name: str, seed: int) -> NoteSigner:
    return NoteSigner(name, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


LOG = signer("guoji.example/log", 1)


def shipping(**changes: Any) -> dict[str, Any]:
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-18T08:00:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "quantityList": [{"epcClass": LOT, "quantity": 120.5, "uom": "KGM"}],
        "readPoint": {"id": PLACE},
        "guoji:note": "装车 – loaded",
    }
    return {**event, **changes}


def batch() -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """A batch event and its leaves."""
    giai = "https://id.gs1.org/8004/9521321COLD7"
    device = Device("cold-7", giai, SUBMITTER, {}, TRUCK, cold_chain=True)
    readings = [
        Reading("cold-7", 1, sequence, (SECOND + sequence) * 1000, Authenticated.BROKER, payload(sequence))
        for sequence in range(1, 4)
    ]
    sealed = build_batch(readings, NO_BATCH)
    url = f"https://guoji.example/batch/{sealed.root.hex()}"
    return batch_event(sealed, device, [], 3, url), sealed.leaves


def payload(sequence: int) -> bytes:
    records = [
        {"bn": "cold-7:", "bt": SECOND + sequence, "n": "epoch", "u": "count", "v": 1},
        {"n": "seq", "u": "count", "v": sequence},
        {"n": "air_temperature", "u": "Cel", "v": 4 + sequence / 4},
    ]
    return json.dumps(records).encode()


@dataclass(frozen=True)
class World:
    """A log over `events`, signed and anchored. Change a field to get a world with one lie in it."""

    events: Sequence[tuple[Mapping[str, Any], tuple[bytes, ...] | None]]
    log: NoteSigner = LOG
    origin: str = LOG.name
    chain_id: int = CHAIN_ID
    contract: str = CONTRACT
    succeeded: bool = True
    hidden: int | None = None
    """An event that the name map leaves out."""
    chain_changes: Mapping[str, Any] = field(default_factory=dict)

    def entry(self, index: int) -> Any:
        event, _ = self.events[index]
        nonce = sha256(f"nonce {index}".encode()).digest()[:16]
        canonical, prehash = canonical_bytes(event, CONTEXT), event_hash(event, CONTEXT).prehash
        captured_at_ms = (SECOND + 60 + index) * 1000
        return make_entry(nonce, canonical, prehash, self.names(index), SUBMITTER, captured_at_ms)

    def names(self, index: int) -> bytes:
        event, _ = self.events[index]
        return name_hashes(each.identifier for each in Event(event, CONTEXT).identifiers())

    @property
    def map(self) -> NamePages:
        pages = NamePages(lambda paths: {})
        pages.add(
            (leaf, b"" if index == self.hidden else self.names(index))
            for index, leaf in enumerate(self.leaves_of_events)
        )
        return pages

    @property
    def map_entry(self) -> MapEntry:
        return MapEntry(len(self.events), self.map.root())

    @property
    def leaves_of_events(self) -> list[bytes]:
        return [leaf_hash(self.entry(index).to_bytes()) for index in range(len(self.events))]

    @property
    def leaves(self) -> list[bytes]:
        return [*self.leaves_of_events, leaf_hash(self.map_entry.to_bytes())]

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.origin, len(self.leaves), root_of(self.leaves))

    @property
    def log_id(self) -> bytes:
        return log_id(self.log.name, NoteVerifier.of(self.log).public_key)

    @property
    def claim(self) -> AnchorClaim:
        transaction, block = ("0x" + sha256(name).hexdigest() for name in (b"transaction", b"block 7"))
        size, root = self.checkpoint.size, self.checkpoint.root
        return AnchorClaim(self.chain_id, self.contract, self.log_id, size, root, transaction, 7, block)

    def proof(self, index: int) -> Proof:
        event, leaves = self.events[index]
        return Proof(CONTEXT, event, self.entry(index), self.tlog(index), self.claim, leaves)

    def tlog(self, index: int) -> TlogProof:
        return TlogProof(index, tuple(inclusion_proof(self.leaves, index)), self.checkpoint.sign(self.log))

    def complete(self, subject: str = LOT) -> Complete:
        key = name_hash(subject)
        entries = [
            leaf
            for index, leaf in enumerate(self.leaves_of_events)
            if index != self.hidden and key in split_hashes(self.names(index))
        ]
        entry, (_, proof) = self.map_entry, self.map.prove(key)
        return Complete(entry, self.tlog(entry.index), self.claim, tuple(entries), proof)

    def trace(self, subject: str = LOT) -> TraceProof:
        """Of all events, and complete."""
        proofs = tuple(self.proof(index) for index in range(len(self.events)))
        return TraceProof(subject, proofs, self.complete(subject))

    def chain(self, name: str = "chain-a.example:8545") -> dict[str, Any]:
        """What one endpoint answers, as the vectors write it."""
        claim = self.claim
        appended = {
            "address": self.contract,
            "topics": [CHECKPOINT_APPENDED.hex(), claim.log_id.hex()],
            "data": claim.size.to_bytes(32, "big").hex() + claim.root.hex(),
        }
        receipt = {
            "succeeded": self.succeeded,
            "block_number": claim.block_number,
            "block_hash": claim.block_hash,
            "events": [appended],
        }
        answers = {
            "name": name,
            "chain_id": self.chain_id,
            "finalized": 9,
            "receipts": {claim.transaction: receipt},
            "blocks": {str(claim.block_number): {"hash": claim.block_hash, "mined_at_s": SECOND + 120}},
            "head": {"size": claim.size, "root": claim.root.hex()},
        }
        return {**answers, **self.chain_changes}


SOUND = World([(shipping(), None), batch(), *((shipping(disposition=d), None) for d in "abc")])


def policy(*lines: str, log: NoteSigner = LOG) -> str:
    chosen = lines or (f"chain {CHAIN_ID}", f"contract {CONTRACT}", "agree 1")
    return "\n".join([f"log {NoteVerifier.of(log).vkey}", "quorum none", *chosen, ""])


def mined_at() -> datetime:
    return datetime.fromtimestamp(SECOND + 120, UTC)
