"""Read the events behind the entries, as the server proves them, and check each as any stranger would."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from traceability.audit.entries import Progress
from traceability.audit.finding import Found, Kind
from traceability.audit.forms import is_event_entry
from traceability.audit.mirror import Mirror
from traceability.audit.served import ServedLog, names_path
from traceability.epcis.parse import MAX_BYTES
from traceability.errors import InvalidInput, Unknown
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import from_names_bundle
from traceability.log.tiles import WIDTH, TilePath, from_bundle, width_at
from traceability.proof.chain_reader import ChainReader
from traceability.proof.proof_file import Proof, parse_proof_file
from traceability.proof.trust import TrustPolicy
from traceability.proof.verify import Outcome, verify


@dataclass(frozen=True, slots=True)
class EventReader:
    log: ServedLog
    mirror: Mirror
    size: int
    """How many entries are mirrored."""
    policy: TrustPolicy
    chains: Sequence[ChainReader]
    found: Found

    def check_all(self, progress: Progress) -> None:
        """Check the event of every entry. Raises `Unavailable` if the server cannot be read."""
        indexes = self.indexes()
        for done, read in enumerate(self.log.ahead(indexes, self.read), 1):
            read()
            progress("events", done, len(indexes))
        self.found.checked.append(f"events: {len(indexes)} proofs")

    def indexes(self) -> list[int]:
        """The entries that are of an event."""
        entries = (
            entry for bundle in self._bundles() for entry in from_bundle(self.mirror.read(str(bundle)))
        )
        return [index for index, entry in enumerate(entries) if is_event_entry(entry)]

    def naming(self, key: bytes) -> Iterator[int]:
        """The entries that name this name hash, as far as their names are mirrored."""
        for bundle in self._bundles():
            if not self.mirror.has(names_path(bundle)):
                return
            names = from_names_bundle(self.mirror.read(names_path(bundle)), bundle.width)
            for offset, hashes in enumerate(names):
                if any(hashes[at : at + len(key)] == key for at in range(0, len(hashes), len(key))):
                    yield bundle.index * WIDTH + offset

    def read(self, index: int) -> Proof | None:
        """The proof of what entry `index` is about; None if there is none that holds, which is then found."""
        entry = self._entry(index)
        where = f"entry {index}"
        try:
            proof = parse_proof_file(self.log.source.read(f"proof/{leaf_hash(entry).hex()}", MAX_BYTES))
            if not isinstance(proof, Proof) or (proof.entry.to_bytes(), proof.tlog.index) != (entry, index):
                raise InvalidInput("the server proves something else for it")
            report = verify(proof, self.policy, self.chains)
        except Unknown as error:
            self.found.untrue(Kind.EVENT, where, f"the server has no event for it any more: {error}")
            return None
        except InvalidInput as error:
            self.found.untrue(Kind.EVENT, where, error)
            return None
        for step in report.steps:
            if step.outcome is Outcome.FAILED:
                self.found.untrue(Kind.EVENT, where, f"{step.name}: {step.detail}")
            elif step.outcome is Outcome.UNCHECKED and step.name == "readings":
                self.found.not_checked(f"{where}: {step.detail}")
        return None if any(step.outcome is Outcome.FAILED for step in report.steps) else proof

    def _entry(self, index: int) -> bytes:
        bundle = index // WIDTH
        path = TilePath(None, bundle, width_at(0, bundle, self.size))
        return from_bundle(self.mirror.read(str(path)))[index % WIDTH]

    def _bundles(self) -> Iterator[TilePath]:
        for bundle in range(-(-self.size // WIDTH)):
            yield TilePath(None, bundle, width_at(0, bundle, self.size))
