"""`guoji verify`: check a proof file without believing whoever made it."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, assert_never

from traceability.chain.rpc import RpcChain
from traceability.cli.aired import Aired
from traceability.cli.asked import asked_for
from traceability.cli.balanced import Balanced
from traceability.cli.confirmed import Confirmed
from traceability.cli.disclosed import Disclosed
from traceability.cli.read_proof import read_proof
from traceability.cli.read_source import read_jws, read_text
from traceability.cli.recalled import Recalled
from traceability.cli.verify_arguments import add_questions
from traceability.cli.verify_events import on_one_line, step_lines, trace_lines, what, which_event
from traceability.epcis.compact_jws import MAX_LIST_CHARACTERS
from traceability.epcis.parse import MAX_BYTES
from traceability.errors import InvalidInput
from traceability.proof.code_check import CodeReport, verify_code
from traceability.proof.code_file import CodeProof
from traceability.proof.complete import Whole
from traceability.proof.proof_file import Proof
from traceability.proof.trust import MAX_CHARACTERS, TrustPolicy
from traceability.proof.verdict import Contradicted, TraceVerdict, TraceVerified, Unchecked, Verdict, Verified
from traceability.proof.verify import Outcome, Report, verify
from traceability.proof.verify_trace import TraceReport, verify_trace

VERIFIED, CONTRADICTED, UNCHECKED = 0, 1, 2

DESCRIPTION = "Check the proof file of an event or a trace step by step. Needs no database, no server."
EXIT_CODES = (
    "Exit codes: 0 Verified, 1 Contradicted, 2 Unchecked, 64 wrong usage, 65 unreadable input, "
    "70 a mistake of ours."
)

NOT_SAID = """\
Verified means unaltered since it was recorded. It does not say that what was recorded is true, or that the
fruit is good."""

NOTHING_BELIEVED = """\
Nothing is believed without a trust file, so no signature and no anchor was checked. Name one with --trust:
who is believed must not come from the proof."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subparsers.add_parser(
        "verify",
        help="check a proof file, believing nobody but your trust file",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
    )
    add_arguments(command)


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_questions(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    policy = None if args.trust is None else TrustPolicy.parse(read_text(args.trust, MAX_CHARACTERS))
    urls = [*(policy.endpoints if policy else ()), *args.rpc]
    chains = [RpcChain(url) for url in dict.fromkeys(urls)]
    proof = read_proof(args.proof, MAX_BYTES)
    asked, disclosed = asked_for(args.subject, args.proof), Disclosed.read(args.disclosure)
    now = datetime.now(UTC)
    lists = [read_jws(source, MAX_LIST_CHARACTERS) for source in args.status]
    if isinstance(proof, CodeProof):
        if args.at is not None:
            raise InvalidInput("--at asks about the record of a live room, this is the proof of a code")
        code = verify_code(proof, policy, chains, asked)
        lines = [*trace_lines(code.events, policy, disclosed, args.verbose), *step_lines(code.steps, policy)]
        return _show(args, code.verdict, lines, _code_json(code), Confirmed.of([], policy, lists, now))
    if isinstance(proof, Proof):
        report = verify(proof, policy, chains, asked)
        aired = Aired.of([(proof, report.verdict)], args.at, disclosed)
        verdict = disclosed.judge(report.verdict, [proof.event], policy is not None)
        report = replace(report, verdict=aired.judge(verdict, policy is not None))
        confirmed = Confirmed.of([(proof, report.verdict)], policy, lists, now)
        lines = [
            on_one_line(f"Event: {what(proof)}"),
            *step_lines(report.steps, policy),
            *map(on_one_line, disclosed.lines(proof.event)),
        ]
        as_json = {"event": what(proof), **_report_json(report), "personal": disclosed.as_json(proof.event)}
        return _show(args, report.verdict, lines, as_json | aired.as_json(), confirmed, _told(aired.lines()))
    trace = verify_trace(proof, policy, chains, asked)
    told = [each.proof.event for each in trace.events]
    verdicts = [(each.proof, each.report.verdict) for each in trace.events]
    aired = Aired.of(verdicts, args.at, disclosed, trace.subject)
    judged = disclosed.judge(trace.verdict, told, policy is not None)
    trace = replace(trace, verdict=aired.judge(judged, policy is not None))
    confirmed = Confirmed.of(verdicts, policy, lists, now, trace.subject)
    lines = list(trace_lines(trace, policy, disclosed, args.verbose))
    as_json = _trace_json(trace, disclosed) | aired.as_json()
    return _show(args, trace.verdict, lines, as_json, confirmed, _remarks(trace) + _told(aired.lines()))


def _show(
    args: argparse.Namespace,
    verdict: Verdict | TraceVerdict,
    lines: Iterable[str],
    as_json: dict[str, Any],
    confirmed: Confirmed,
    remark: str = "",
) -> int:
    if args.json:
        print(json.dumps(as_json | {"credentials": confirmed.as_json()}, indent=2))
    else:
        for line in lines:
            print(line)
        print(f"\n{_headline(verdict)}\n{remark}", end="")
        if isinstance(verdict, Verified | TraceVerified):
            for line in confirmed.lines():
                print(on_one_line(line))
            print(NOT_SAID)
        if args.trust is None:
            print(NOTHING_BELIEVED)
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
            others = f" ({total - verified} unchecked)" if verified < total else ""
            return f"Verified: {verified} of {total} events{others}, through {_time(through)}"
        case Contradicted(step, reason):
            return on_one_line(f"Contradicted: {step}: {reason}")
        case Unchecked(reason):
            return on_one_line(f"Unchecked: {reason}")
    assert_never(verdict)


def _remarks(trace: TraceReport) -> str:
    recalls = _told(Recalled.of(trace).lines())
    if isinstance(trace.verdict, Contradicted):
        return _told(which_event(trace, trace.verdict)) + recalls
    if not isinstance(trace.verdict, TraceVerified):
        return recalls
    amounts = _told(Balanced.of(trace).lines())
    if trace.complete.outcome is Outcome.PASSED:
        whole = trace.complete.detail[:1].upper() + trace.complete.detail[1:]
    else:
        whole = f"Incomplete? Whether any is missing was not shown: {trace.complete.detail}"
    return f"{recalls}{on_one_line(whole)}\n{_named(trace, trace.verdict)}{amounts}"


def _named(trace: TraceReport, verdict: TraceVerified) -> str:
    if trace.naming_subject == verdict.verified:
        return ""
    names = "names" if trace.naming_subject == 1 else "name"
    told = f"{trace.naming_subject} of them {names} the goods"
    return f"{told}; that the others belong to them is this file's word.\n"


def _told(lines: Iterable[str]) -> str:
    return "".join(f"{on_one_line(line)}\n" for line in lines)


def _report_json(report: Report) -> dict[str, Any]:
    steps = [{**asdict(step), "outcome": step.outcome.value} for step in report.steps]
    return {**_verdict_json(report.verdict), "steps": steps}


def _code_json(code: CodeReport) -> dict[str, Any]:
    events = [_report_json(each.report) for each in code.events.events]
    return {"item": code.item, **_report_json(Report(code.steps, code.verdict)), "events": events}


def _trace_json(trace: TraceReport, disclosed: Disclosed) -> dict[str, Any]:
    events = [
        {
            "event": what(event.proof),
            "mentions_subject": event.mentions_subject,
            **_report_json(event.report),
            "personal": disclosed.as_json(event.proof.event),
        }
        for event in trace.events
    ]
    complete = {"outcome": trace.complete.outcome.value, "detail": trace.complete.detail}
    said = {
        "subject": trace.subject,
        "naming_subject": trace.naming_subject,
        "complete": complete | ({} if trace.whole is None else _values(trace.whole)),
    }
    amounts = {"balance": Balanced.of(trace).as_json(), "recalls": Recalled.of(trace).as_json()}
    return {**said, **_verdict_json(trace.verdict), **amounts, "events": events}


def _verdict_json(verdict: Verdict | TraceVerdict) -> dict[str, Any]:
    word = _headline(verdict).partition(":")[0].lower()
    return {"verdict": word, **_values(verdict)}


def _values(found: Verdict | TraceVerdict | Whole) -> dict[str, Any]:
    return {
        name: _time(value) if isinstance(value, datetime) else value for name, value in asdict(found).items()
    }


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
