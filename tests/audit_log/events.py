"""Real events in an honest log, with their proofs beside it: batches of a device, and what partners sent."""

from hashlib import sha256
from pathlib import Path

from iot_gateway.simulate.encode import encode_message
from tests.audit_log.fake_chain import CONTRACT, hash_of, id_of
from tests.audit_log.log_folder import SIGNER, VERIFIER, LogFolder
from tests.builders import CONTEXT, FARM, FIELD, LOGGER
from traceability.epcis.event import Event
from traceability.ledger.capture import as_stored
from traceability.ledger.ports import StoredEvent
from traceability.log import tiles
from traceability.log.tlog_proof import TlogProof
from traceability.proof.entry import Entry
from traceability.proof.proof_file import AnchorClaim, Proof, to_bytes
from traceability.telemetry.batch import NO_BATCH, build_batch
from traceability.telemetry.batch_event import batch_event
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading

COLD_7 = Device("cold-7", LOGGER, FARM, {}, FIELD, cold_chain=True)
OTHER = Device("other-1", "https://id.gs1.org/8004/9521234OTHER1", FARM, {}, FIELD, cold_chain=True)
AT_MS = 1_795_000_000_000


def a_payload(number: int, device: Device = COLD_7, celsius: float = 4, epoch: int = 9) -> bytes:
    return encode_message(device.alias, epoch, number, AT_MS + number, {"air_temperature": celsius})


def digest_of(number: int, **changes: object) -> bytes:
    return sha256(a_payload(number, **changes)).digest()


class EventLog(LogFolder):
    """A log whose every event can be fetched at `proof/<key>`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._events: list[tuple[int, StoredEvent, tuple[bytes, ...] | None]] = []

    def capture(self, event: Event) -> StoredEvent:
        return self._take(as_stored(event, FARM, AT_MS, self._nonce()), None)

    def seal(self, *numbers: int, device: Device = COLD_7, epoch: int = 9, celsius: float = 4) -> StoredEvent:
        """A batch of readings with these numbers."""
        readings = [
            Reading(
                device.alias,
                epoch,
                number,
                AT_MS,
                Authenticated.BROKER,
                a_payload(number, device, celsius, epoch),
            )
            for number in numbers
        ]
        batch = build_batch(readings, NO_BATCH)
        url = f"https://guoji.example/batch/{batch.root.hex()}"
        body = batch_event(batch, device, [], len(numbers), url)
        return self._take(as_stored(Event(body, CONTEXT), FARM, AT_MS, self._nonce()), batch.leaves)

    def prove_all(self, block: int = 5) -> "EventLog":
        """Sign, and write the proof of every event, as anchored in this block."""
        self.publish()
        at = hash_of(block)
        anchor = AnchorClaim(7, CONTRACT, id_of(VERIFIER), self.size, self.checkpoint.root, at, block, at)
        note = self.checkpoint.sign(SIGNER)
        for index, stored, leaves in self._events:
            hashes = tiles.inclusion_proof(self.size, index, self.read_tile)
            tlog = TlogProof(index, tuple(hashes), note)
            entry = Entry.from_bytes(stored.entry)
            proof = Proof(stored.event.context, stored.event.body, entry, tlog, anchor, leaves)
            self.write(f"proof/{stored.key}", to_bytes(proof))
        return self

    def _nonce(self) -> bytes:
        return self.size.to_bytes(16, "big")

    def _take(self, stored: StoredEvent, leaves: tuple[bytes, ...] | None) -> StoredEvent:
        self._events.append((self.size, stored, leaves))
        self.integrate([(stored.entry, stored.names)])
        return stored
