"""`guoji gs1`: read and write GS1 Digital Link URIs, one a line."""

import argparse
import json
import os
import sys
from collections.abc import Iterator

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.gs1.associations import check_associations

_PARSE_HELP = """\
Read GS1 Digital Link URIs: the one given, or one a line from standard input. Prints one JSON object a line,
in the same order: uri, valid, canonical, elements (pairs of AI and value in the URI's order), error.
Exits with 0 once all lines are read, also when some URIs are not valid.

  $ guoji gs1 parse 'https://example.com/01/09520000042424/10/L1?17=260401'
  {"uri": "https://example.com/01/09520000042424/10/L1?17=260401", "valid": true,
   "canonical": "https://id.gs1.org/01/09520000042424/10/L1?17=260401",
   "elements": [["01", "09520000042424"], ["10", "L1"], ["17", "260401"]], "error": null}
"""
_BUILD_HELP = """\
Write GS1 Digital Link URIs. Reads one JSON object a line from standard input, {"stem": ..., "elements":
[[AI, value], ...]}; without a stem the URI is canonical. Prints {"uri": ...} or {"error": ...} a line, in the
same order. Exits with 0 once all lines are read.

  $ echo '{"stem": "https://example.com", "elements": [["10", "A/B"], ["01", "09520000042424"]]}' |
      guoji gs1 build
  {"uri": "https://example.com/01/09520000042424/10/A%2FB"}
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command group `gs1`."""
    group = subparsers.add_parser("gs1", help="read and write GS1 Digital Link URIs")
    commands = group.add_subparsers(title="commands", required=True, metavar="COMMAND")

    parse = _command(commands, "parse", "say what a URI holds, or why it is not valid", _PARSE_HELP)
    parse.add_argument("uri", nargs="?", metavar="URI", help="instead of standard input")
    parse.add_argument(
        "--associations",
        action="store_true",
        help="also refuse a URI whose AIs lack, or exclude, one another: "
        "right where it is the only code on the item",
    )
    parse.set_defaults(run=_parse)

    build = _command(commands, "build", "write a URI from its AIs and values", _BUILD_HELP)
    build.set_defaults(run=_build)


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, description: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=summary, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _parse(args: argparse.Namespace) -> int:
    uris = _lines() if args.uri is None else [os.fsencode(args.uri).decode("utf-8", "replace")]
    for uri in uris:
        print(json.dumps(_parsed(uri, args.associations)))
    return 0


def _parsed(uri: str, associations: bool) -> dict[str, object]:
    answer = {"uri": uri, "valid": False, "canonical": None, "elements": None, "error": None}
    try:
        link = digital_link.parse(uri)
        if associations:
            check_associations(link.elements)
    except InvalidInput as refusal:
        return answer | {"error": str(refusal)}
    return answer | {"valid": True, "canonical": digital_link.canonical(link), "elements": link.elements}


def _build(_: argparse.Namespace) -> int:
    for line in _lines():
        print(json.dumps(_built(line)))
    return 0


def _built(line: str) -> dict[str, str]:
    try:
        return {"uri": digital_link.build(*_request(line))}
    except InvalidInput as refusal:
        return {"error": str(refusal)}


def _request(line: str) -> tuple[str | None, list[tuple[str, str]]]:
    """Return the stem and elements that a line asks for. Raises `InvalidInput`."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidInput("line is not JSON") from None
    match request:
        case {"elements": [*pairs], **rest} if not rest.keys() - {"stem"}:
            stem = rest.get("stem")
        case _:
            raise InvalidInput('line is not an object such as {"stem": null, "elements": [["00", "..."]]}')
    if not (stem is None or isinstance(stem, str)):
        raise InvalidInput("stem is neither a string nor null")
    return stem, [_pair(pair) for pair in pairs]


def _pair(pair: object) -> tuple[str, str]:
    match pair:
        case [str(ai), str(value)]:
            return ai, value
        case _:
            raise InvalidInput("elements has something other than pairs of strings, [AI, value]")


def _lines() -> Iterator[str]:
    """Yield the lines of standard input without their ends.

    What is not UTF-8 becomes U+FFFD, which no URI may hold.
    """
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")
