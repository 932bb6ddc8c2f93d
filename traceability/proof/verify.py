"""Check one proof against a trust policy and the chain, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar

from traceability.epcis.canonical import canonical_bytes
from traceability.epcis.event import Event
from traceability.epcis.event_hash import event_hash
from traceability.errors import CheckFailed, Unavailable
from traceability.log.checkpoint import Checkpoint, open_checkpoint
from traceability.log.merkle import check_inclusion, leaf_hash
from traceability.log.name_map import name_hashes, names_digest
from traceability.log.note import NoteVerifier
from traceability.proof.anchor import Anchored, check_anchor
from traceability.proof.chain_reader import ChainReader
from traceability.proof.entry import event_digest, prehash_digest
from traceability.proof.proof_file import Proof
from traceability.proof.subject import is_key, mentions
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Contradicted, Unchecked, Verdict, Verified
from traceability.telemetry.authenticate import count_signed
from traceability.telemetry.batch import Batch
from traceability.telemetry.batch_event import check_batch

T = TypeVar("T")
NO_POLICY = "no trust policy was given"


class Outcome(Enum):
    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    outcome: Outcome
    detail: str
    """One sentence. It may quote the proof, so it is hostile until escaped."""


@dataclass(frozen=True, slots=True)
class Report:
    steps: tuple[Step, ...]
    verdict: Verdict


def verify(
    proof: Proof, policy: TrustPolicy | None, chains: Sequence[ChainReader], asked: str | None = None
) -> Report:
    """Run every step that can run, then judge.

    `asked` is a canonical Digital Link that the event must name, or the key of the event that it must be.
    Raises `InvalidInput` if the event has no canonical form; everything else that is wrong is in the report.
    """
    # 0 policy      there is one, which does not come from the proof
    # 1 event       the event is the one that the entry commits to
    # 2 readings    a batch event's payloads are the ones that it commits to
    # 3 inclusion   the entry lies in the tree of the checkpoint
    # 4 checkpoint  a log of the policy signed the checkpoint, under its own origin
    # 5 anchor      the contract of the policy holds that checkpoint, in a final block
    # 6 subject     the event names the goods that were asked for, or has the key, if any was asked for
    #
    # 1 to 3 and 6 need nobody's word. 4 and 5 believe the policy and the chain only.
    checkpoint = proof.tlog.claimed()

    policy_step, _ = run_step("policy", lambda: _policy(policy))
    event_step, _ = run_step("event", lambda: _event(proof))
    readings_step, _ = run_step("readings", lambda: _readings(proof, policy))
    inclusion_step, _ = run_step("inclusion", lambda: _inclusion(proof, checkpoint))
    checkpoint_step, signed = run_step("checkpoint", lambda: _signed(proof, policy))
    anchor_step, anchored = run_step("anchor", lambda: _anchor(proof, signed, policy, chains))

    steps: tuple[Step, ...] = (
        policy_step,
        event_step,
        readings_step,
        inclusion_step,
        checkpoint_step,
        anchor_step,
    )
    if asked is not None:
        subject_step, _ = run_step("subject", lambda: _subject(proof, asked))
        steps = (*steps, subject_step)
    return Report(steps, _verdict(steps, anchored))


def _verdict(steps: Sequence[Step], anchored: Anchored | None) -> Verdict:
    """Without a policy Unchecked, whatever else; then the first untruth; then the first gap."""
    policy, *checks = steps
    if policy.outcome is not Outcome.PASSED:
        failed = [f"; {step.name}: {step.detail}" for step in checks if step.outcome is Outcome.FAILED]
        return Unchecked(policy.detail + "".join(failed))
    for step in checks:
        if step.outcome is Outcome.FAILED:
            return Contradicted(step.name, step.detail)
    for step in checks:
        if step.outcome is Outcome.UNCHECKED:
            return Unchecked(f"{step.name}: {step.detail}")
    assert anchored is not None  # the anchor step passed
    return Verified(anchored.at)


@dataclass(frozen=True, slots=True)
class _Signed:
    checkpoint: Checkpoint
    log: NoteVerifier

    def __str__(self) -> str:
        return f"size {self.checkpoint.size}, signed by {self.log.name}"


def run_step(name: str, check: Callable[[], T]) -> tuple[Step, T | None]:
    """What became of a check that raises `CheckFailed` or `Unavailable`, and what it found."""
    try:
        found = check()
    except CheckFailed as error:
        return Step(name, Outcome.FAILED, str(error)), None
    except Unavailable as error:
        return Step(name, Outcome.UNCHECKED, str(error)), None
    return Step(name, Outcome.PASSED, str(found)), found


def _policy(policy: TrustPolicy | None) -> str:
    if policy is None:
        raise Unavailable(NO_POLICY)
    return policy.label or f"trusts {', '.join(log.name for log in policy.logs)}"


def _event(proof: Proof) -> str:
    entry = proof.entry
    digest = event_digest(entry.nonce, canonical_bytes(proof.event, proof.context))
    if digest != entry.event_digest:
        raise CheckFailed(
            f"event and context hash to {digest.hex()}, the entry has {entry.event_digest.hex()}"
        )
    hashed = event_hash(proof.event, proof.context)
    digest = prehash_digest(entry.nonce, hashed.prehash)
    if digest != entry.prehash_digest:
        raise CheckFailed(
            f"the pre-hash hashes to {digest.hex()}, the entry has {entry.prehash_digest.hex()}"
        )
    named = Event(proof.event, list(proof.context)).identifiers()
    digest = names_digest(name_hashes(each.identifier for each in named))
    if digest != entry.names_digest:
        raise CheckFailed(f"the names hash to {digest.hex()}, the entry has {entry.names_digest.hex()}")
    captured_at = datetime.fromtimestamp(entry.captured_at_ms / 1000, UTC)
    at = f"{captured_at:%Y-%m-%d %H:%M:%S} UTC"
    # The log's word: no signature of the submitter was checked.
    return f"the log names GLN {entry.submitter} as submitter, captured at {at}"


def _readings(proof: Proof, policy: TrustPolicy | None) -> str:
    is_batch = any(key in proof.event for key in ("guoji:batchRoot", "guoji:readingCount"))
    if proof.leaves is None:
        if is_batch:
            raise Unavailable("the event is about a batch of readings, and the proof does not carry them")
        return "the event is not about a batch"
    batch = check_batch(proof.leaves, proof.event)
    return f"{len(batch.readings)} payloads as the event commits to them{_signatures(proof, batch, policy)}"


def _signatures(proof: Proof, batch: Batch, policy: TrustPolicy | None) -> str:
    """What stands behind `guoji:signedCount`, which alone is the operator's word. It changes no verdict."""
    claimed = proof.event.get("guoji:signedCount")
    if claimed is None:
        return ""
    named = Event(proof.event, list(proof.context)).identifiers_by_role()["device"]
    known = policy.devices if policy is not None else ()
    keys = [each.key for each in known if each.giai in named]
    if not keys:
        return f"; {claimed} are said to be signed, by a key that no trust policy names"
    try:
        return f"; {count_signed(batch.readings, keys)} signed by {', '.join(named)}"
    except Unavailable as reason:
        return f"; {claimed} are said to be signed: {reason}"


def _inclusion(proof: Proof, checkpoint: Checkpoint) -> str:
    index, leaf = proof.tlog.index, leaf_hash(proof.entry.to_bytes())
    check_inclusion(index, checkpoint.size, leaf, proof.tlog.hashes, checkpoint.root)
    return f"entry {index} of {checkpoint.size}"


def _signed(proof: Proof, policy: TrustPolicy | None) -> _Signed:
    if policy is None or not policy.logs:
        raise Unavailable("no trust policy names a log to believe")
    return _Signed(*open_checkpoint(proof.tlog.checkpoint, policy.logs))


def _anchor(
    proof: Proof, signed: _Signed | None, policy: TrustPolicy | None, chains: Sequence[ChainReader]
) -> Anchored:
    if signed is None or policy is None:
        raise Unavailable("there is no believable checkpoint to look for on the chain")
    return check_anchor(proof.anchor, signed.checkpoint, signed.log, policy, chains)


def _subject(proof: Proof, asked: str) -> str:
    if is_key(asked):
        key = leaf_hash(proof.entry.to_bytes()).hex()
        if key != asked:
            raise CheckFailed(f"the entry has the key {key}, asked was {asked}")
        return "the entry has the key that was asked for"
    if not mentions(proof.event, asked):
        # It may belong to the goods all the same, as the pallet does that they lay on.
        raise Unavailable(f"the event does not name {asked}")
    return f"the event names {asked}"
