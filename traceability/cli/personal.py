"""`guoji personal`: commit to personal data before an event is captured."""

import argparse
import json
import secrets
import sys

from traceability.epcis.parse import parse_json
from traceability.epcis.personal import COMMITMENT
from traceability.errors import InvalidInput
from traceability.proof.personal import MAX_FILE_BYTES, SALT_BYTES, Disclosure, disclosures_json


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "personal",
        help="keep personal data out of events: commit to it instead",
        description="Events are for ever, so personal data stays out; commitments stand in its place.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    commit = actions.add_parser(
        "commit",
        help="make commitments to the values on standard input",
        description='Reads one JSON object, {"guoji:driverName": "..."}: names as they will stand in the '
        "event, with their prefix. Prints two lines: the members to put into the event, and the disclosures "
        "that open them. Keep the second line: POST it to /personal?event=KEY once the event is captured, or "
        "hand it to whoever may see the values. It is printed only now. Needs no installation.",
        epilog="""Example: echo '{"guoji:driverName": "Li"}' | guoji personal commit""",
    )
    commit.set_defaults(run=_commit)


def _commit(_args: argparse.Namespace) -> int:
    values = parse_json(sys.stdin.buffer.read(MAX_FILE_BYTES + 1), MAX_FILE_BYTES)
    if not isinstance(values, dict) or not values:
        raise InvalidInput("standard input holds no names with values, want one JSON object")
    made = [_disclosure(name, value) for name, value in values.items()]
    print(json.dumps({each.name: {COMMITMENT: each.commitment} for each in made}, ensure_ascii=False))
    print(json.dumps(disclosures_json(made), ensure_ascii=False))
    return 0


def _disclosure(name: str, value: object) -> Disclosure:
    if not isinstance(value, str):
        raise InvalidInput(f"value of {name[:80]!r} is {type(value).__name__}, want text")
    if ":" not in name:
        raise InvalidInput(f"name {name[:80]!r} has no prefix, want it as it will stand in the event")
    return Disclosure(name, secrets.token_bytes(SALT_BYTES), value)
