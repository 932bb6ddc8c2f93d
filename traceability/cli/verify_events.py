"""What `guoji verify` prints of events and of the steps of their check."""

from collections.abc import Iterable, Iterator

from traceability.cli.disclosed import Disclosed
from traceability.cli.terminal import printable
from traceability.proof.proof_file import Proof
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Contradicted
from traceability.proof.verify import Outcome, Step
from traceability.proof.verify_trace import TraceReport

NEED_TRUST = ("policy", "checkpoint", "anchor")
MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.UNCHECKED: "unchecked"}


def trace_lines(
    trace: TraceReport, policy: TrustPolicy | None, disclosed: Disclosed, verbose: bool
) -> Iterator[str]:
    if policy is not None and policy.label is not None:
        yield on_one_line(f"Trust policy: {policy.label}")
    yield on_one_line(f"{trace.subject}: {len(trace.events)} events; those marked * name it themselves")
    for number, event in enumerate(trace.events, start=1):
        star = "*" if event.mentions_subject else " "
        yield on_one_line(f"{number:>4} {star} {type(event.report.verdict).__name__:<13}{what(event.proof)}")
        passed = () if verbose else (Outcome.PASSED,)
        shown = (step for step in event.report.steps if step.outcome not in passed)
        yield from step_lines(shown, policy)
        yield from map(on_one_line, disclosed.lines(event.proof.event))


def step_lines(steps: Iterable[Step], policy: TrustPolicy | None) -> Iterator[str]:
    for step in steps:
        # Without a policy these say the same of every event; it is said once, at the end.
        if policy is not None or step.name not in NEED_TRUST:
            yield on_one_line(f"  {step.name:<11}{MARKS[step.outcome]:<11}{step.detail}")


def which_event(trace: TraceReport, verdict: Contradicted) -> Iterator[str]:
    """What the reason calls by its number."""
    for number, event in enumerate(trace.events, start=1):
        if verdict.reason.startswith(f"event {number}: "):
            yield f"Event {number} is, as this file has it: {what(event.proof)}"


def what(proof: Proof) -> str:
    words = [proof.event.get(name) for name in ("type", "bizStep", "eventTime")]
    return " ".join(word for word in words if isinstance(word, str))


def on_one_line(text: str) -> str:
    """One line, whatever the proof put into it, also for readers to which U+2028 begins another."""
    return " ".join(printable(text).splitlines())
