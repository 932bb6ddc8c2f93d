"""`guoji token`: who may write here."""

import argparse
import os
import sys
import time

from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.ledger.grant import FARM, ROLES, Grant
from traceability.settings import Settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "token",
        help="issue, list and revoke the tokens that guard every write",
        description="Writes and control routes want `Authorization: Bearer TOKEN`. A token has a role and, "
        "to capture events, the party (GLN) in whose name it does so. One with the role farm opens the "
        "farmer's page of its party, /farm, and nothing else.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    issue = actions.add_parser("issue", help="make a token; it is printed once and kept only as a digest")
    issue.add_argument("name", help='who or what will use it, e.g. "packhouse-scanner-2"')
    issue.add_argument("--role", choices=ROLES, required=True)
    issue.add_argument("--party", help="GLN (13 digits) of the party it captures for, or whose farm it is")
    issue.set_defaults(run=_issue)
    actions.add_parser("list", help="show all tokens, without their secrets").set_defaults(run=_list)
    revoke = actions.add_parser("revoke", help="end a token at once")
    revoke.add_argument("name")
    revoke.set_defaults(run=_revoke)


def _issue(args: argparse.Namespace) -> int:
    from traceability.gs1.keys import gln
    from traceability.wiring import open_store, public_url

    if args.role in ("capture", FARM) and args.party is None:
        raise InvalidInput(f"a token with role {args.role} needs --party: the GLN in whose name it is used")
    party = None if args.party is None else gln(args.party)
    settings = Settings.read(os.environ)
    secret = open_store(settings).tokens.issue(args.name, Grant(args.role, party))
    print(secret)
    if args.role == FARM:
        if not settings.public_url:
            print("public_url is not set: the link leads to this machine, which no telephone reaches")
        _show_link(f"{public_url(settings)}/farm#token={secret}")
    return 0


def _show_link(link: str) -> None:
    """The part after # never leaves the telephone: no log on the way has it."""
    import qrcode

    print(f"open or scan it once on the telephone; whoever has it is signed in: {link}")
    code = qrcode.QRCode(border=2)
    code.add_data(link)
    code.print_ascii(out=sys.stdout, invert=True)


def _list(_args: argparse.Namespace) -> int:
    from traceability.wiring import open_store

    for name, role, party, revoked_at_ms in open_store(Settings.read(os.environ)).tokens.listed():
        state = "valid" if revoked_at_ms is None else "revoked"
        print(f"{printable(name)}\t{role}\t{party or '-'}\t{state}")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from traceability.wiring import open_store

    open_store(Settings.read(os.environ)).tokens.revoke(args.name, int(time.time() * 1000))
    print(f"revoked: {printable(args.name)}")
    return 0
