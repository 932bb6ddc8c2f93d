"""`guoji claims`: check what a host wants to say against a trace, as a filter."""

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

from traceability.claims.check import Checked, check
from traceability.claims.facts import Facts
from traceability.claims.read_facts import now_in, read_facts
from traceability.claims.sentences import sentences
from traceability.epcis.parse import parse_json
from traceability.errors import InvalidInput

_BAD_INPUT = 65
_LONGEST_LINE = 64 * 1024
_NOON = time(12)


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group `claims` to the command line."""
    group = subparsers.add_parser("claims", help="check what a host says against a trace")
    commands = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    checking = commands.add_parser(
        "check",
        help="judge each sentence on standard input",
        description="Reads one sentence a line, in Chinese or English. Prints one JSON object a line: text, "
        "verdict (forbidden, contradicted, expired, unsupported, supported or no_claim), rule, evidence, "
        'suggestion; or {"error": ...} for a line that cannot be read. Exits 65 if there was one.',
    )
    checking.add_argument(
        "--trace",
        metavar="FILE",
        type=Path,
        required=True,
        help="the trace, as GET /01/{gtin}/10/{lot} gives it with Accept: application/json",
    )
    checking.add_argument(
        "--on",
        metavar="DATE",
        help="when the words are said: a day, or a time such as 2026-11-22T20:31:07+08:00; without a zone, "
        "that of the harvest; if left out, when the trace was made",
    )
    checking.add_argument(
        "--split",
        action="store_true",
        help="a line may hold several sentences, with full stops or without: print one object a sentence",
    )
    checking.set_defaults(run=_check)


def _check(args: argparse.Namespace) -> int:
    facts = _facts(args.trace)
    said_at = now_in(facts) if args.on is None else _moment(args.on, facts)
    failed = False
    for line in _lines(sys.stdin.buffer):
        for answer in _answers(line, facts, said_at, split=args.split):
            failed = failed or "error" in answer
            sys.stdout.write(_one_line(answer))
        # Each line at once: a live transcript may be piped through.
        sys.stdout.flush()
    return _BAD_INPUT if failed else 0


def _facts(file: Path) -> Facts:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {error.strerror}") from error
    try:
        return read_facts(parse_json(data))
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {error}") from error


def _moment(text: str, facts: Facts) -> datetime:
    try:
        said_at = datetime.fromisoformat(text)
        is_day = len(text) <= len("2026-11-22")
    except ValueError as error:
        raise InvalidInput(f"--on is {text!r:.40}, want a date or a time") from error
    if is_day:
        return _on_day(said_at.date(), facts)
    return said_at if said_at.tzinfo else said_at.replace(tzinfo=facts.zone)


def _on_day(day: date, facts: Facts) -> datetime:
    """Noon of the day; on the day that the trace was made, the moment of that."""
    made_at = now_in(facts)
    return made_at if made_at.date() == day else datetime.combine(day, _NOON, facts.zone)


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends; of one that is too long only enough to see that."""
    while line := source.readline(_LONGEST_LINE + 1):
        rest = line
        while len(rest) > _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = source.readline(_LONGEST_LINE + 1)
        yield line.rstrip(b"\r\n")


def _answers(line: bytes, facts: Facts, said_at: datetime, *, split: bool) -> Iterator[dict[str, Any]]:
    try:
        text = line.decode()
        for sentence in sentences(text) if split else [text]:
            yield as_json(check(sentence, facts, said_at))
    except UnicodeDecodeError as error:
        yield {"error": f"line is not UTF-8 at byte {error.start}"}
    except InvalidInput as error:
        yield {"error": str(error)}


def as_json(checked: Checked) -> dict[str, Any]:
    rule = checked.rule
    return {
        "text": checked.text,
        "verdict": checked.verdict.value,
        "rule": None if rule is None else {"id": rule.id, "source": rule.source, "version": rule.version},
        "evidence": [
            {
                "kind": each.kind,
                "key": each.key,
                "proof": None if each.key is None else f"/proof/{each.key}",
                "found": dict(each.found),
            }
            for each in checked.evidence
        ],
        "suggestion": checked.suggestion,
    }


def _one_line(answer: dict[str, Any]) -> str:
    """Readable Chinese, but nothing that steers a terminal."""
    text = json.dumps(answer, ensure_ascii=False)
    return "".join(char if _is_plain(char) else json.dumps(char)[1:-1] for char in text) + "\n"


def _is_plain(char: str) -> bool:
    return char == " " or unicodedata.category(char)[0] not in "CZ"
