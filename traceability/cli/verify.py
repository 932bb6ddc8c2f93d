"""`guoji verify`: check a proof file without believing whoever made it."""

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any, assert_never
from urllib.request import Request, urlopen

from traceability.chain.rpc import RpcChain
from traceability.cli.terminal import printable
from traceability.epcis.parse import MAX_BYTES
from traceability.errors import InvalidInput
from traceability.proof.proof_file import Proof, parse_proof_file
from traceability.proof.trust import MAX_CHARACTERS, TrustPolicy
from traceability.proof.verdict import Contradicted, TraceVerdict, TraceVerified, Unchecked, Verdict, Verified
from traceability.proof.verify import Outcome, Report, Step, verify
from traceability.proof.verify_trace import EventReport, TraceReport, verify_trace

VERIFIED, CONTRADICTED, UNCHECKED = 0, 1, 2
FETCH_WITHIN_S = 30

NOT_SAID = """\
Verified means unaltered since it was recorded. It does not say that what was recorded is true, that the fruit
is good, or that no event was left out."""

MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.UNCHECKED: "unchecked"}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subparsers.add_parser(
        "verify",
        help="check a proof file, believing nobody but your trust file",
        description="Check the proof file of an event or a trace step by step. Needs no database, no server.",
        epilog="Exit codes: 0 Verified, 1 Contradicted, 2 Unchecked, 64 wrong usage, 65 unreadable input.",
    )
    command.add_argument("proof", metavar="PROOF-FILE-OR-URL")
    command.add_argument(
        "--trust",
        metavar="FILE",
        type=Path,
        help="what you believe beforehand; without it the verdict is Unchecked",
    )
    command.add_argument(
        "--rpc",
        metavar="URL",
        action="append",
        default=[],
        help="a chain endpoint beside those of the trust file",
    )
    command.add_argument("--verbose", action="store_true", help="print every step of every event")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    policy = None if args.trust is None else TrustPolicy.parse(_text(args.trust))
    urls = [*(policy.endpoints if policy else ()), *args.rpc]
    chains = [RpcChain(url) for url in dict.fromkeys(urls)]
    proof = parse_proof_file(_load(args.proof))
    if isinstance(proof, Proof):
        report = verify(proof, policy, chains)
        return _show(args, report.verdict, _steps(report.steps), _report_json(report))
    trace = verify_trace(proof, policy, chains)
    return _show(args, trace.verdict, _trace(trace, policy, args.verbose), _trace_json(trace))


def _text(path: Path) -> str:
    try:
        return _read_file(path, MAX_CHARACTERS).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error


def _load(source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        return _fetch(source)
    return _read_file(Path(source), MAX_BYTES)


def _read_file(path: Path, at_most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(at_most + 1)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from error
    return _within(data, at_most, str(path))


def _fetch(url: str) -> bytes:
    """The whole answer, if it comes in time: a socket's own time-out starts anew with each byte."""
    deadline = time.monotonic() + FETCH_WITHIN_S
    data = bytearray()
    try:
        request = Request(url, headers={"Accept": "application/json"})  # noqa: S310
        with urlopen(request, timeout=FETCH_WITHIN_S) as response:  # noqa: S310
            while len(data) <= MAX_BYTES and (chunk := response.read1(1 << 16)):
                data += chunk
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no whole answer within {FETCH_WITHIN_S} s")
    except (OSError, HTTPException, ValueError) as error:
        raise InvalidInput(f"cannot fetch {url}: {error}") from error
    return _within(bytes(data), MAX_BYTES, url)


def _within(data: bytes, at_most: int, source: str) -> bytes:
    if len(data) > at_most:
        raise InvalidInput(f"{source} has more than {at_most} bytes")
    return data


def _show(
    args: argparse.Namespace, verdict: Verdict | TraceVerdict, lines: Iterable[str], as_json: dict[str, Any]
) -> int:
    if args.json:
        print(json.dumps(as_json, indent=2))
    else:
        for line in lines:
            print(line)
        print(f"\n{_headline(verdict)}\n{NOT_SAID}")
        if args.trust is None:
            print("Name a trust file with --trust: who is believed must not come from the proof.")
    match verdict:
        case Verified() | TraceVerified():
            return VERIFIED
        case Contradicted():
            return CONTRADICTED
        case Unchecked():
            return UNCHECKED
    assert_never(verdict)


def _headline(verdict: Verdict | TraceVerdict) -> str:
    match verdict:
        case Verified(anchored_at):
            return f"Verified: unaltered since {_time(anchored_at)}"
        case TraceVerified(verified, total, through):
            return f"Verified: {verified} of {total} events, through {_time(through)}"
        case Contradicted(step, reason):
            return _line(f"Contradicted: {step}: {reason}")
        case Unchecked(reason):
            return _line(f"Unchecked: {reason}")
    assert_never(verdict)


def _steps(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        yield _line(f"  {step.name:<11}{MARKS[step.outcome]:<11}{step.detail}")


def _trace(trace: TraceReport, policy: TrustPolicy | None, verbose: bool) -> Iterator[str]:
    if policy is not None and policy.label is not None:
        yield _line(f"Trust policy: {policy.label}")
    yield _line(f"{trace.subject}: {len(trace.events)} events; those marked * name it themselves")
    for number, event in enumerate(trace.events, start=1):
        star = "*" if event.mentions_subject else " "
        yield _line(f"{number:>4} {star} {type(event.report.verdict).__name__:<13}{_what(event)}")
        passed = () if verbose else (Outcome.PASSED,)
        yield from _steps(step for step in event.report.steps if step.outcome not in passed)


def _what(event: EventReport) -> str:
    words = [event.proof.event.get(name) for name in ("type", "bizStep", "eventTime")]
    return " ".join(word for word in words if isinstance(word, str))


def _report_json(report: Report) -> dict[str, Any]:
    steps = [{**asdict(step), "outcome": step.outcome.value} for step in report.steps]
    return {**_verdict_json(report.verdict), "steps": steps}


def _trace_json(trace: TraceReport) -> dict[str, Any]:
    events = [
        {"event": _what(event), "mentions_subject": event.mentions_subject, **_report_json(event.report)}
        for event in trace.events
    ]
    return {"subject": trace.subject, **_verdict_json(trace.verdict), "events": events}


def _verdict_json(verdict: Verdict | TraceVerdict) -> dict[str, Any]:
    word = _headline(verdict).partition(":")[0].lower()
    values = {
        name: _time(value) if isinstance(value, datetime) else value
        for name, value in asdict(verdict).items()
    }
    return {"verdict": word, **values}


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _line(text: str) -> str:
    """One line, whatever the proof put into it."""
    return printable(text).replace("\n", " ")
