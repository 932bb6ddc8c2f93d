"""Read the events behind the entries, as the server proves them, and check each as any stranger would."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from traceability.audit.checkpoints import SeenCheckpoints
from traceability.audit.entries import Progress
from traceability.audit.finding import Found, Kind
from traceability.audit.mirror import Mirror
from traceability.audit.served import ServedLog, Unfit, names_path
from traceability.epcis.parse import MAX_BYTES
from traceability.errors import InvalidInput, Unknown
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import from_names_bundle
from traceability.log.tiles import WIDTH, TilePath, from_bundle, width_at
from traceability.proof.chain_reader import ChainReader
from traceability.proof.entry_kinds import is_event_entry
from traceability.proof.proof_file import Proof, parse_proof_file
from traceability.proof.trust import TrustPolicy
from traceability.proof.verify import Outcome, Step, verify


@dataclass(slots=True)
class EventReader:
    log: ServedLog
    mirror: Mirror
    size: int
    """How many entries are mirrored."""
    policy: TrustPolicy
    chains: Sequence[ChainReader]
    seen: SeenCheckpoints
    found: Found
    _unchecked: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Entries by what could not be checked of their events."""

    def check_all(self, progress: Progress) -> None:
        """Check the event of every entry. Raises `Unavailable` if the server cannot be read."""
        indexes = self.indexes()
        ahead = self.log.ahead(indexes, self._fetch)
        for done, (index, fetched) in enumerate(zip(indexes, ahead, strict=True), 1):
            self._judge(index, fetched)
            progress("events", done, len(indexes))
        self.found.checked.append(f"events: {len(indexes)} proofs")

    def indexes(self) -> list[int]:
        """The entries that are of an event."""
        entries = (
            entry for bundle in self._bundles() for entry in from_bundle(self.mirror.read(str(bundle)))
        )
        return [index for index, entry in enumerate(entries) if is_event_entry(entry)]

    def has_names(self) -> bool:
        """Whether the names of all entries are mirrored."""
        return all(self.mirror.has(names_path(last)) for last in [*self._bundles()][-1:])

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
        return self._judge(index, partial(self._fetch, index))

    def report_unchecked(self) -> None:
        """One line for each thing that could not be checked, whatever the number of events."""
        for what, indexes in self._unchecked.items():
            entries = f"entry {min(indexes)}" + (f" and {len(indexes) - 1} more" if len(indexes) > 1 else "")
            self.found.not_checked(f"{entries}: {what}")

    def _fetch(self, index: int) -> bytes:
        key = leaf_hash(self.mirror.entry(index, self.size)).hex()
        return self.log.source.read(f"proof/{key}", MAX_BYTES)

    def _judge(self, index: int, fetch: Callable[[], bytes]) -> Proof | None:
        where = f"entry {index}"
        entry = self.mirror.entry(index, self.size)
        try:
            proof = parse_proof_file(fetch())
            if not isinstance(proof, Proof) or (proof.entry.to_bytes(), proof.tlog.index) != (entry, index):
                raise InvalidInput("the server proves something else for it")
            if proof.tlog.claimed().origin != self.seen.origin:
                raise InvalidInput(f"the server proves it in the log {proof.tlog.claimed().origin}")
            steps = verify(proof, self.policy, self.chains).steps
            for step in steps:
                self._take(index, step)
            if any(step.name == "checkpoint" and step.outcome is Outcome.PASSED for step in steps):
                self.seen.meet(proof.tlog.checkpoint, where)
        except Unknown as error:
            self.found.untrue(Kind.EVENT, where, f"the server has no event for it any more: {error}")
            return None
        except (InvalidInput, Unfit) as error:
            self.found.untrue(Kind.EVENT, where, error)
            return None
        return None if any(step.outcome is Outcome.FAILED for step in steps) else proof

    def _take(self, index: int, step: Step) -> None:
        if step.outcome is Outcome.FAILED:
            self.found.untrue(Kind.EVENT, f"entry {index}", f"{step.name}: {step.detail}")
        elif step.outcome is Outcome.UNCHECKED:
            self._unchecked[f"{step.name}: {step.detail}"].add(index)

    def _bundles(self) -> Iterator[TilePath]:
        for bundle in range(-(-self.size // WIDTH)):
            yield TilePath(None, bundle, width_at(0, bundle, self.size))
