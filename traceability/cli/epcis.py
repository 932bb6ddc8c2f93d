"""`guoji epcis`: hash and validate EPCIS events, as a filter."""

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from traceability.cli.terminal import printable
from traceability.epcis.context import effective_context
from traceability.epcis.document import events_in, read_each
from traceability.epcis.event import Event
from traceability.epcis.event_hash import VERSIONS, event_hash
from traceability.epcis.parse import parse_json
from traceability.errors import InvalidInput

_BAD_INPUT = 65
_ANY_INTEGER = 10**400
"""A hash may be asked for events that we would not keep."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group `epcis` to the command line."""
    group = subparsers.add_parser("epcis", help="hash and validate EPCIS events")
    commands = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    hashing = commands.add_parser(
        "hash",
        help="print the event hash of each event on standard input",
        description='Reads one EPCIS document, or one object a line: {"event": ..., "context": [...]}. '
        'Prints one object an event: {"uri": ..., "prehash": ...} or {"error": ...}. '
        "Exits 65 if there was an error.",
    )
    hashing.add_argument(
        "--ver", choices=VERSIONS, default=VERSIONS[0], help="whose rules (default %(default)s)"
    )
    hashing.set_defaults(run=_hash)
    checking = commands.add_parser(
        "validate",
        help="check an EPCIS document or event",
        description="Prints each fault with its JSON pointer. Exits 65 if there was one.",
    )
    checking.add_argument("file", nargs="?", default="-", help="file to check; standard input if left out")
    checking.set_defaults(run=_validate)


def _hash(args: argparse.Namespace) -> int:
    failed = False
    for item in _asked(sys.stdin.buffer):
        answer = _answer(item, args.ver)
        failed = failed or "error" in answer
        print(json.dumps(answer))
    return _BAD_INPUT if failed else 0


Asked = tuple[object, object] | InvalidInput
"""An event and its @context, or why there is none."""


def _answer(item: Asked, version: str) -> dict[str, str]:
    try:
        if isinstance(item, InvalidInput):
            raise item
        event, context = item
        if not isinstance(event, dict):
            raise InvalidInput(f"event is {type(event).__name__}, want an object")
        hashed = event_hash(event, effective_context({"@context": context}, event), version)
    except InvalidInput as error:
        return {"error": str(error)}
    return {"uri": hashed.uri, "prehash": hashed.prehash}


def _asked(source: BinaryIO) -> Iterator[Asked]:
    first = source.readline()
    if _is_line(first):
        yield from map(_from_line, chain([first], source))
        return
    text = first + source.read()
    try:
        document = _read(text)
        yield from ((event, document.get("@context")) for event in events_in(document))
    except InvalidInput as error:
        lines = [line for line in text.splitlines() if line.strip()]
        # A broken first line must not hide the good ones after it.
        yield from map(_from_line, lines) if any(map(_is_line, lines)) else [error]


def _is_line(text: bytes) -> bool:
    try:
        return "event" in _read(text)
    except InvalidInput:
        return False


def _from_line(line: bytes) -> Asked:
    try:
        asked = _read(line)
    except InvalidInput as error:
        return error
    if "event" not in asked:
        return InvalidInput('line has no "event"')
    return asked["event"], asked.get("context")


def _read(text: bytes) -> dict[str, Any]:
    value = parse_json(text, max_integer=_ANY_INTEGER)
    if not isinstance(value, dict):
        raise InvalidInput(f"found a JSON {type(value).__name__}, want an object")
    return value


def _validate(args: argparse.Namespace) -> int:
    try:
        data = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read {args.file}: {error.strerror}") from error
    judged = read_each(data)
    faults = [fault for event in judged if not isinstance(event, Event) for fault in event]
    for fault in faults:
        print(printable(str(fault)), file=sys.stderr)
    if faults:
        return _BAD_INPUT
    print(f"{len(judged)} event{'s' if len(judged) != 1 else ''}, no faults")
    return 0
