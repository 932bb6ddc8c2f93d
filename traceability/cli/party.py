"""`guoji party`: whose keys are whose, and who may recall what."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.ledger.parties import Party

NONE = "none"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "party",
        help="register parties, the GS1 prefixes that they own, and the authorities",
        description="Any token for capture may speak of keys under no registered prefix. Under a registered "
        "one, only its owner, and the makers that it names, bring goods into being; only its owner or an "
        "authority recalls them. All others may still say what they saw.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_add(actions)
    actions.add_parser("list", help="show all parties").set_defaults(run=_list)
    remove = actions.add_parser("remove", help="make its keys nobody's; what it captured stays")
    remove.add_argument("gln")
    remove.set_defaults(run=_remove)


def _add_add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    new = actions.add_parser(
        "add",
        help="register a party, or describe it anew: what is left out stays",
        description="Register a party, or describe it anew: what is left out stays.",
        epilog='Example: guoji party add 9521234000013 --name "Dawn farm" --prefix 9521234',
    )
    new.add_argument("gln", help="GLN of the party, 13 digits")
    new.add_argument("--name", help="what people call it; wanted at first")
    new.add_argument(
        "--prefix",
        nargs="+",
        metavar="DIGITS",
        help=f"all GS1 company prefixes that it owns, of 4 to 13 digits, or the word {NONE}; of two parties "
        "whose prefixes fit a key, the longer prefix decides",
    )
    new.add_argument(
        "--maker",
        nargs="+",
        metavar="GLN",
        help=f"all others who may bring goods into being under them, such as a packhouse, or the word {NONE}",
    )
    new.add_argument(
        "--authority", action=argparse.BooleanOptionalAction, help="it may recall the goods of all parties"
    )
    new.set_defaults(run=_add)


def _add(args: argparse.Namespace) -> int:
    from traceability.gs1.company_prefix import prefix
    from traceability.gs1.keys import gln
    from traceability.ledger.parties import Party
    from traceability.own_store import open_store

    parties = open_store(Settings.read(os.environ)).parties
    party = parties.register().parties.get(gln(args.gln)) or Party(args.gln, "")
    if args.name is not None:
        party = replace(party, name=args.name)
    if args.prefix is not None:
        party = replace(party, prefixes=tuple(map(prefix, _given(args.prefix))))
    if args.maker is not None:
        party = replace(party, makers=tuple(map(gln, _given(args.maker))))
    if args.authority is not None:
        party = replace(party, is_authority=args.authority)
    if not party.name.strip():
        raise InvalidInput(f"party {party.gln} is new and needs --name")
    parties.keep(party)
    print(_line(party))
    return 0


def _given(words: Sequence[str]) -> Sequence[str]:
    return [] if list(words) == [NONE] else words


def _list(_args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    for party in open_store(Settings.read(os.environ)).parties.register().parties.values():
        print(_line(party))
    return 0


def _remove(args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    open_store(Settings.read(os.environ)).parties.remove(args.gln)
    print(f"removed: {printable(args.gln)}")
    return 0


def _line(party: "Party") -> str:
    columns = [
        party.gln,
        printable(party.name).replace("\n", " "),
        "prefixes " + (" ".join(party.prefixes) or NONE),
        "makers " + (" ".join(party.makers) or NONE),
        *(["authority"] if party.is_authority else []),
    ]
    return "\t".join(columns)
