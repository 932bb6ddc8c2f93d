"""Check that a trace leaves out no event that names its subject."""

from collections.abc import Sequence

from traceability.epcis.event import Event
from traceability.errors import CheckFailed, Unavailable
from traceability.log.checkpoint import open_checkpoint
from traceability.log.merkle import check_inclusion, leaf_hash
from traceability.log.name_map import check_map, name_hash, nothing
from traceability.proof.anchor import check_anchor
from traceability.proof.chain_reader import ChainReader
from traceability.proof.proof_file import Complete, Proof, TraceProof
from traceability.proof.trust import TrustPolicy


def check_complete(trace: TraceProof, policy: TrustPolicy | None, chains: Sequence[ChainReader]) -> str:
    """What is shown about the events that name the subject of `trace`, in one sentence.

    Raises `CheckFailed` for what is untrue, `Unavailable` for what cannot be known (now).
    """
    complete = trace.complete
    if complete is None:
        raise Unavailable("the file does not show which events there are")
    _check_map_entry(complete)
    _check_listed(trace.subject, complete, trace.proofs)
    leaf = nothing(name_hash(trace.subject)).then(*complete.entries)
    check_map(leaf, complete.proof, complete.entry.root)
    if policy is None or not policy.logs:
        raise Unavailable("no trust policy names a log to believe")
    checkpoint, log = open_checkpoint(complete.tlog.checkpoint, policy.logs)
    anchored = check_anchor(complete.anchor, checkpoint, log, policy, chains)
    return f"these are all events before entry {complete.entry.index} that name it: {leaf.count}; {anchored}"


def _check_map_entry(complete: Complete) -> None:
    entry, tlog = complete.entry, complete.tlog
    if entry.index != tlog.index:
        raise CheckFailed(f"the map entry of index {entry.index} stands at {tlog.index}")
    checkpoint = tlog.claimed()
    leaf = leaf_hash(entry.to_bytes())
    check_inclusion(tlog.index, checkpoint.size, leaf, tlog.hashes, checkpoint.root)


def _check_listed(subject: str, complete: Complete, proofs: Sequence[Proof]) -> None:
    """Each entry of the list is in the file, and each of the file that should be is in the list."""
    in_file = {leaf_hash(proof.entry.to_bytes()): proof for proof in proofs}
    for key in complete.entries:
        if key not in in_file:
            raise CheckFailed(f"entry {key.hex()} names {subject}, and is not in the file")
    for key in in_file.keys() - set(complete.entries):
        proof = in_file[key]
        if proof.tlog.index < complete.entry.index and _names(proof, subject):
            raise CheckFailed(f"entry {key.hex()} names {subject}, and the map leaves it out")


def _names(proof: Proof, subject: str) -> bool:
    """To the letter: an item is not its lot."""
    mentions = Event(proof.event, list(proof.context)).identifiers()
    return any(each.identifier == subject for each in mentions)
