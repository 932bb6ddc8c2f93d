"""Check all proofs of a trace, and what only shows when they are seen together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from traceability.log.checkpoint import open_checkpoint
from traceability.log.tlog_proof import TlogProof
from traceability.proof.chain_reader import ChainReader, Remembering
from traceability.proof.complete import Whole, check_complete
from traceability.proof.proof_file import Proof, TraceProof
from traceability.proof.subject import mentions
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import (
    Contradicted,
    TraceVerdict,
    TraceVerified,
    Unchecked,
    Verdict,
    Verified,
    of_trace,
)
from traceability.proof.verify import NO_POLICY, Outcome, Report, Step, run_step, verify


@dataclass(frozen=True, slots=True)
class EventReport:
    proof: Proof
    report: Report
    mentions_subject: bool
    """Whether the subject's own identifier stands in the event. That the others belong to the trace (a pallet
    it lay on, a device beside it) is the server's word."""


@dataclass(frozen=True, slots=True)
class TraceReport:
    subject: str
    events: tuple[EventReport, ...]
    """In the file's order."""
    complete: Step
    """Whether events that name the subject are missing. Passed, failed, or nobody can say."""
    whole: Whole | None
    """What `complete` found, if it passed."""
    verdict: TraceVerdict

    @property
    def naming_subject(self) -> int:
        """How many events are Verified and name the subject themselves."""
        return _naming(self.events)


def verify_trace(
    trace: TraceProof, policy: TrustPolicy | None, chains: Sequence[ChainReader], asked: str | None = None
) -> TraceReport:
    """Check a trace; `asked` is the canonical Digital Link of the goods that it has to be about.

    Raises `InvalidInput` like `verify`.
    """
    endpoints = [Remembering(chain) for chain in chains]
    events = tuple(
        EventReport(proof, verify(proof, policy, endpoints), mentions(proof.event, trace.subject))
        for proof in trace.proofs
    )
    complete, whole = run_step("complete", lambda: check_complete(trace, policy, endpoints))
    other = None if asked in (None, trace.subject) else _other_goods(trace.subject, str(asked))
    lie = other or _first_lie(events, complete)
    if policy is None:
        return TraceReport(trace.subject, events, complete, whole, _unbelieved(lie))
    verdict = other or _fork(trace, events, policy) or lie or _together(trace.subject, events)
    return TraceReport(trace.subject, events, complete, whole, verdict)


def _other_goods(subject: str, asked: str) -> Contradicted:
    return Contradicted("subject", f"the file is about {subject}, asked was {asked}")


def _unbelieved(lie: Contradicted | None) -> Unchecked:
    """Without a policy a lie is told, but not judged."""
    return Unchecked(NO_POLICY if lie is None else f"{NO_POLICY}; {lie.step}: {lie.reason}")


def _first_lie(events: Sequence[EventReport], complete: Step) -> Contradicted | None:
    for number, event in enumerate(events, start=1):
        for step in event.report.steps:
            if step.outcome is Outcome.FAILED:
                return Contradicted(step.name, f"event {number}: {step.detail}")
    return Contradicted(complete.name, complete.detail) if complete.outcome is Outcome.FAILED else None


def _together(subject: str, events: Sequence[EventReport]) -> TraceVerdict:
    verdict = of_trace([_numbered(n, event.report.verdict) for n, event in enumerate(events, start=1)])
    if isinstance(verdict, TraceVerified) and not _naming(events):
        return Unchecked(f"no verified event of this file names {subject}")
    return verdict


def _naming(events: Sequence[EventReport]) -> int:
    return sum(event.mentions_subject and isinstance(event.report.verdict, Verified) for event in events)


def _numbered(number: int, verdict: Verdict) -> Verdict:
    if isinstance(verdict, Contradicted | Unchecked):
        return replace(verdict, reason=f"event {number}: {verdict.reason}")
    return verdict


def _fork(trace: TraceProof, events: Sequence[EventReport], policy: TrustPolicy) -> Contradicted | None:
    """Two checkpoints of one size with different roots, both signed by a trusted log: two histories."""
    signed = [event.proof.tlog for event in events if _passed("checkpoint", event.report)]
    if trace.complete is not None and _is_signed(trace.complete.tlog, policy):
        signed.append(trace.complete.tlog)
    roots: dict[tuple[str, int], bytes] = {}
    for checkpoint in (tlog.claimed() for tlog in signed):
        root = roots.setdefault((checkpoint.origin, checkpoint.size), checkpoint.root)
        if root != checkpoint.root:
            reason = f"{checkpoint.origin} signed two roots for size {checkpoint.size}"
            return Contradicted("checkpoint", f"{reason}: {root.hex()} and {checkpoint.root.hex()}")
    return None


def _is_signed(tlog: TlogProof, policy: TrustPolicy) -> bool:
    _, signed = run_step("checkpoint", lambda: open_checkpoint(tlog.checkpoint, policy.logs))
    return signed is not None


def _passed(name: str, report: Report) -> bool:
    return any(step.name == name and step.outcome is Outcome.PASSED for step in report.steps)
