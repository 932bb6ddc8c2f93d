"""Check that a trace leaves out no event that names its subject, up to the moment of an anchor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from traceability.epcis.event import Event
from traceability.errors import CheckFailed, Unavailable
from traceability.log.checkpoint import open_checkpoint
from traceability.log.merkle import check_inclusion, leaf_hash
from traceability.log.name_map import check_map, name_hash, nothing
from traceability.proof.anchor import check_anchor
from traceability.proof.chain_reader import ChainReader
from traceability.proof.proof_file import Complete, Proof, TraceProof
from traceability.proof.trust import TrustPolicy

Numbered = Mapping[int, Proof]
"""Proofs by their place in the file, from 1."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Up to when the file has all events that name its subject, and how many those are."""

    index: int
    """Of the map entry: all entries before it are spoken for, none after it."""
    up_to: datetime
    """Time of the block that holds its anchor."""
    count: int
    newer: int
    """Events that name the subject too, after the map entry; they are not anchored."""

    def __str__(self) -> str:
        names = "names" if self.count == 1 else "name"
        said = (
            f"none is missing up to {self.up_to:%Y-%m-%d %H:%M:%S} UTC (entry {self.index}): "
            f"{self.count} {names} the very goods"
        )
        if not self.newer:
            return said
        newer = "1 newer one is" if self.newer == 1 else f"{self.newer} newer ones are"
        return f"{said}; {newer} shown, and later ones may be missing"


def check_complete(trace: TraceProof, policy: TrustPolicy | None, chains: Sequence[ChainReader]) -> Whole:
    """Up to when no event that names the subject of `trace` is missing.

    Raises `CheckFailed` for what is untrue, `Unavailable` for what cannot be known (now).
    """
    complete = trace.complete
    if complete is None:
        raise Unavailable("the file does not show which events there are")
    naming = {n: proof for n, proof in enumerate(trace.proofs, start=1) if _names(proof, trace.subject)}
    _check_map_entry(complete)
    _check_listed(trace, complete, naming)
    leaf = nothing(name_hash(trace.subject)).then(*complete.entries)
    check_map(leaf, complete.proof, complete.entry.root)
    if policy is None or not policy.logs:
        raise Unavailable("no trust policy names a log to believe")
    checkpoint, log = open_checkpoint(complete.tlog.checkpoint, policy.logs)
    anchored = check_anchor(complete.anchor, checkpoint, log, policy, chains)
    return Whole(complete.entry.index, anchored.at, leaf.count, _newer(complete, naming))


def _check_map_entry(complete: Complete) -> None:
    entry, tlog = complete.entry, complete.tlog
    if entry.index != tlog.index:
        raise CheckFailed(f"the map entry of index {entry.index} stands at {tlog.index}")
    checkpoint = tlog.claimed()
    leaf = leaf_hash(entry.to_bytes())
    check_inclusion(tlog.index, checkpoint.size, leaf, tlog.hashes, checkpoint.root)


def _check_listed(trace: TraceProof, complete: Complete, naming: Numbered) -> None:
    """Each entry of the list is in the file, and each of the file that should be is in the list."""
    in_file, listed, origin = set(map(_key, trace.proofs)), set(complete.entries), _origin(complete)
    for key in complete.entries:
        if key not in in_file:
            raise CheckFailed(f"entry {key.hex()} names {trace.subject}, and is not in the file")
    for proof in naming.values():
        before = proof.tlog.index < complete.entry.index and _origin(proof) == origin
        if before and _key(proof) not in listed:
            raise CheckFailed(f"entry {_key(proof).hex()} names {trace.subject}, and the map leaves it out")


def _newer(complete: Complete, naming: Numbered) -> int:
    """How many events came after the map entry.

    Raises `Unavailable` if one shows that `complete` says less than it seems to: it lies in a log of which
    nothing is said, or under an anchor that a file of today would be complete up to.
    """
    origin, index = _origin(complete), complete.entry.index
    for number, proof in naming.items():
        if _origin(proof) != origin:
            theirs = _origin(proof)[:80]
            raise Unavailable(
                f"event {number} is of the log {theirs}, the file is complete for {origin[:80]} alone"
            )
        if proof.tlog.index > index and proof.anchor is not None:
            raise Unavailable(f"event {number} came after entry {index}, up to which the file is complete")
    return sum(proof.tlog.index > index for proof in naming.values())


def _names(proof: Proof, subject: str) -> bool:
    """To the letter: an item is not its lot."""
    mentions = Event(proof.event, list(proof.context)).identifiers()
    return any(each.identifier == subject for each in mentions)


def _key(proof: Proof) -> bytes:
    return leaf_hash(proof.entry.to_bytes())


def _origin(found: Proof | Complete) -> str:
    return found.tlog.claimed().origin
