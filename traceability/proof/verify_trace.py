"""Check all proofs of a trace, and what only shows when they are seen together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from traceability.proof.chain_reader import ChainReader, Remembering
from traceability.proof.proof_file import Proof, TraceProof
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Contradicted, TraceVerdict, TraceVerified, Unchecked, Verdict, of_trace
from traceability.proof.verify import Outcome, Report, verify


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
    verdict: TraceVerdict


def verify_trace(trace: TraceProof, policy: TrustPolicy | None, chains: Sequence[ChainReader]) -> TraceReport:
    """Raises `InvalidInput` like `verify`. Whether events are missing cannot be seen from the file."""
    endpoints = [Remembering(chain) for chain in chains]
    events = tuple(
        EventReport(proof, verify(proof, policy, endpoints), mentions(proof.event, trace.subject))
        for proof in trace.proofs
    )
    return TraceReport(trace.subject, events, _verdict(trace.subject, events))


def mentions(event: Mapping[str, object], subject: str) -> bool:
    """Whether `subject` (a canonical Digital Link), or a finer identifier under it, stands in the event."""
    return any(text == subject or text.startswith(f"{subject}/") for text in _texts(event))


def _verdict(subject: str, events: Sequence[EventReport]) -> TraceVerdict:
    fork = _fork(events)
    if fork is not None:
        return fork
    verdict = of_trace([_numbered(n, event.report.verdict) for n, event in enumerate(events, start=1)])
    if isinstance(verdict, TraceVerified) and not any(event.mentions_subject for event in events):
        return Unchecked(f"no event of this file names {subject}")
    return verdict


def _numbered(number: int, verdict: Verdict) -> Verdict:
    if isinstance(verdict, Contradicted | Unchecked):
        return replace(verdict, reason=f"event {number}: {verdict.reason}")
    return verdict


def _fork(events: Sequence[EventReport]) -> Contradicted | None:
    """Two checkpoints of one size with different roots, both signed by a trusted log: two histories."""
    roots: dict[tuple[str, int], bytes] = {}
    for event in events:
        step = next(step for step in event.report.steps if step.name == "checkpoint")
        if step.outcome is Outcome.PASSED:
            checkpoint = event.proof.tlog.claimed()
            root = roots.setdefault((checkpoint.origin, checkpoint.size), checkpoint.root)
            if root != checkpoint.root:
                reason = f"{checkpoint.origin} signed two roots for size {checkpoint.size}"
                return Contradicted("checkpoint", f"{reason}: {root.hex()} and {checkpoint.root.hex()}")
    return None


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
