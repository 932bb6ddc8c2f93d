"""Check the file of one code: it stands in the set that was committed to, and by whom it was made active."""

from collections.abc import Sequence
from dataclasses import dataclass

from traceability.errors import CheckFailed, Unavailable
from traceability.log.merkle import check_inclusion, leaf_hash
from traceability.log.tlog_proof import TlogProof
from traceability.proof.chain_reader import ChainReader
from traceability.proof.code import IssuedCodes, code_leaf
from traceability.proof.code_file import CodeProof
from traceability.proof.proof_file import TraceProof
from traceability.proof.quantity import stated, written
from traceability.proof.records import Proven
from traceability.proof.told import words_of
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Contradicted, Unchecked, Verdict, Verified
from traceability.proof.verify import NO_POLICY, Outcome, Step, run_step
from traceability.proof.verify_trace import TraceReport, verify_trace


@dataclass(frozen=True, slots=True)
class CodeReport:
    item: str
    events: TraceReport
    """The event that issued the code, then the one that made it active, if it is there."""
    steps: tuple[Step, ...]
    """`code` and `active`."""
    verdict: Verdict


def verify_code(
    code: CodeProof, policy: TrustPolicy | None, chains: Sequence[ChainReader], asked: str | None = None
) -> CodeReport:
    """Verified only if the code is in its set and active, and both events are Verified.

    `asked` is the canonical Digital Link of the item that the file has to be about. Raises `InvalidInput`
    like `verify`. That an event was declared wrong later is not in the file: the proof of the trace says so.
    """
    # code      the leaf of this item leads to the root to which the issuing event commits
    # active    a later event of the log brings this item into being or packs it, by a party that may
    proofs = (code.issued, *((code.activated,) if code.activated is not None else ()))
    events = verify_trace(TraceProof(code.item, proofs), policy, chains)
    steps = (
        run_step("code", lambda: _in_set(code))[0],
        run_step("active", lambda: _active(code))[0],
    )
    other = None if asked in (None, code.item) else f"the file is about {code.item}, asked was {asked}"
    lie = Contradicted("subject", other) if other else _lie(events, steps)
    return CodeReport(code.item, events, steps, _verdict(lie, events, steps, policy))


def _lie(events: TraceReport, steps: tuple[Step, ...]) -> Contradicted | None:
    if isinstance(events.verdict, Contradicted):
        return events.verdict
    failed = [step for step in steps if step.outcome is Outcome.FAILED]
    return Contradicted(failed[0].name, failed[0].detail) if failed else None


def _verdict(
    lie: Contradicted | None, events: TraceReport, steps: tuple[Step, ...], policy: TrustPolicy | None
) -> Verdict:
    if policy is None:
        return Unchecked(NO_POLICY if lie is None else f"{NO_POLICY}; {lie.step}: {lie.reason}")
    if lie is not None:
        return lie
    anchored_at = []
    for number, event in enumerate(events.events, start=1):
        found = event.report.verdict
        if not isinstance(found, Verified):
            return Unchecked(f"event {number}: {found.reason}")
        anchored_at.append(found.anchored_at)
    for step in steps:
        if step.outcome is Outcome.UNCHECKED:
            return Unchecked(f"{step.name}: {step.detail}")
    return Verified(max(anchored_at))


def _in_set(code: CodeProof) -> str:
    issued = _issued(code)
    issued.check_has(code.item)
    leaf = leaf_hash(code_leaf(code.salt, issued.issuer, issued.lot, code.item))
    check_inclusion(code.index, issued.count, leaf, code.path, issued.root)
    said = f"number {code.index + 1} of {issued.count} issued for {issued.lot} by {issued.issuer}"
    content = stated(issued.content)
    return said if content is None else f"{said}, for {written(content[0])} {content[1]} each"


def _active(code: CodeProof) -> str:
    if code.activated is None:
        raise Unavailable("the code was issued; that it was made active is not in this file")
    told = Proven.of(code.activated)
    if "errorDeclaration" in told.event.body:
        raise CheckFailed("the event that made the code active was declared wrong")
    reason = _issued(code).why_not_activated(words_of(told.event), told.submitter, code.item)
    if reason is not None:
        raise CheckFailed(reason)
    _check_order(code.issued.tlog, code.activated.tlog)
    return f"made active at {told.event.event_time.isoformat()} by {told.submitter}"


def _check_order(issued: TlogProof, activated: TlogProof) -> None:
    """Who commits afterwards could choose, as codes of its own, those that were sold or copied."""
    log, other = issued.claimed().origin, activated.claimed().origin
    if log != other:
        raise Unavailable(f"issued in the log {log}, made active in {other}: which came first is not shown")
    if activated.index < issued.index:
        raise CheckFailed(
            f"entry {activated.index} made the code active, before entry {issued.index} committed to it"
        )


def _issued(code: CodeProof) -> IssuedCodes:
    told = Proven.of(code.issued)
    return IssuedCodes.of(told.event, told.submitter)
