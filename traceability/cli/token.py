"""`guoji token`: who may write and read here."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from traceability.cli.argument import whole
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput, Unknown
from traceability.ledger.grant import ADMIN, CAPTURE, FARM, READS, ROLES, Grant
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.store.tokens import Issued

ANY = "any"
_A_DAY_MS = 86_400_000


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "token",
        help="issue, list, change and revoke the tokens that guard every write",
        description="Writes and queries want `Authorization: Bearer TOKEN`. A token has a role "
        "and the party (GLN) in whose name it acts. One with the role farm opens the farmer's page of its "
        "party, /farm, and nothing else. docs/access.md says what each role may do.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    issue = actions.add_parser("issue", help="make a token; it is printed once and kept only as a digest")
    issue.add_argument("name", help='who or what will use it, e.g. "packhouse-scanner-2"')
    issue.add_argument("--role", choices=ROLES, required=True)
    issue.add_argument("--party", help="GLN (13 digits) of the party it acts for, or whose farm it is")
    issue.add_argument("--days", type=whole(1, 36_500), help="it expires after so many; by default never")
    _add_scope(issue)
    issue.set_defaults(run=_issue)
    actions.add_parser("list", help="show all tokens, without their secrets").set_defaults(run=_list)
    change = actions.add_parser(
        "change", help="change what a token captures about and what it reads, at once"
    )
    change.add_argument("name")
    _add_scope(change)
    change.set_defaults(run=_change)
    revoke = actions.add_parser("revoke", help="end a token at once")
    revoke.add_argument("name")
    revoke.set_defaults(run=_revoke)


def _add_scope(of: argparse.ArgumentParser) -> None:
    of.add_argument(
        "--about",
        nargs="+",
        metavar="PREFIX",
        help="it captures only about goods and places whose GS1 keys begin so, from their company prefix on "
        f"(4 to 13 digits each); {ANY}, which is the default: about all that its party may",
    )
    of.add_argument(
        "--reads",
        choices=READS,
        help="which events it finds: those that concern its own party, or all, which is the default",
    )


def _issue(args: argparse.Namespace) -> int:
    from traceability.gs1.keys import gln
    from traceability.own_store import open_store
    from traceability.wiring import public_url

    if args.role in (CAPTURE, FARM) and args.party is None:
        raise InvalidInput(f"a token with role {args.role} needs --party: the GLN in whose name it is used")
    party = None if args.party is None else gln(args.party)
    grant = _scoped(Grant(args.role, party), args)
    expires_at_ms = None if args.days is None else _now_ms() + args.days * _A_DAY_MS
    settings = Settings.read(os.environ)
    secret = open_store(settings).tokens.issue(args.name, grant, expires_at_ms)
    print(secret)
    if args.role == FARM:
        if not settings.public_url:
            print("public_url is not set: the link leads to this machine, which no telephone reaches")
        _show_link(f"{public_url(settings)}/farm#token={secret}")
    return 0


def _scoped(grant: Grant, args: argparse.Namespace) -> Grant:
    from traceability.gs1.company_prefix import prefix

    about: Sequence[str] | None = [] if args.about == [ANY] else args.about
    if about is not None:
        grant = replace(grant, about=tuple(map(prefix, about)))
    if args.reads is not None:
        grant = replace(grant, reads=args.reads)
    if grant.reads == "own" and (grant.role == ADMIN or grant.party is None):
        raise InvalidInput(
            "a token that reads its own party's events needs a party and a role other than admin"
        )
    return grant


def _show_link(link: str) -> None:
    """The part after # never leaves the telephone: no log on the way has it."""
    import qrcode

    print(f"open or scan it once on the telephone; whoever has it is signed in: {link}")
    code = qrcode.QRCode(border=2)
    code.add_data(link)
    code.print_ascii(out=sys.stdout, invert=True)


def _list(_args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    for each in open_store(Settings.read(os.environ)).tokens.listed():
        grant = each.grant
        about = "about " + (" ".join(grant.about) or ANY)
        columns = [printable(grant.name), grant.role, grant.party or "-", about, f"reads {grant.reads}"]
        print("\t".join([*columns, _state(each)]))
    return 0


def _state(token: "Issued") -> str:
    from traceability.telemetry.clock import iso

    if token.revoked_at_ms is not None:
        return "revoked"
    if token.expires_at_ms is None:
        return "valid"
    until = iso(token.expires_at_ms)
    return f"expired {until}" if token.expires_at_ms <= _now_ms() else f"valid until {until}"


def _change(args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    tokens = open_store(Settings.read(os.environ)).tokens
    grants = {each.grant.name: each.grant for each in tokens.listed()}
    if args.name not in grants:
        raise Unknown(f"there is no token named {printable(args.name)!r}; `guoji token list` shows them")
    tokens.change(args.name, _scoped(grants[args.name], args))
    print(f"changed: {printable(args.name)}")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from traceability.own_store import open_store

    open_store(Settings.read(os.environ)).tokens.revoke(args.name, _now_ms())
    print(f"revoked: {printable(args.name)}")
    return 0


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
