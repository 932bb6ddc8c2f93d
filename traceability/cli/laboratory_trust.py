"""`guoji laboratory check` and `trust`: what a credential is worth, and whose are believed."""

import argparse
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.read_source import read_file, read_jws, read_text
from traceability.cli.terminal import printable
from traceability.epcis.compact_jws import MAX_CHARACTERS, MAX_LIST_CHARACTERS
from traceability.errors import InvalidInput
from traceability.proof.issuers import KINDS
from traceability.proof.trust import MAX_CHARACTERS as MAX_POLICY
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.proof.credential import Credential

NOT_CONFIRMED = 1
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = actions.add_parser(
        "check",
        help="say whether a credential is confirmed, and what it says",
        description="Judge one credential outside of any event.",
        epilog="Exit codes: 0 confirmed, 1 not confirmed, 65 unreadable input.",
    )
    check.add_argument("credential", metavar="FILE", type=Path)
    check.add_argument("--trust", metavar="FILE", type=Path, required=True, help="the trust policy")
    check.add_argument("--status", metavar="FILE-OR-URL", action="append", default=[], help="a status list")
    check.add_argument("--lot", metavar="LINK", help="a lot that it has to name")
    check.add_argument("--report", metavar="FILE", type=Path, help="the document that it has to name")
    check.set_defaults(run=_check)
    _add_trust(actions)


def _add_trust(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = actions.add_parser(
        "trust",
        help="say whose credentials are believed",
        description="The list stands in the trust policy, served at /trust: everybody sees whom this "
        "installation believes. Restart the web server after a change.",
    )
    deeds = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    new = deeds.add_parser("add", help="believe an issuer; one that is listed already is replaced")
    new.add_argument("issuer", metavar="URL")
    new.add_argument("--name-zh")
    new.add_argument("--name-en")
    new.add_argument(
        "--for", dest="kinds", nargs="+", choices=KINDS, default=[KINDS[0]], help="what it may say"
    )
    new.add_argument("--from", dest="since", metavar="TIME", help="what it signed before is not believed")
    new.add_argument("--until", metavar="TIME", help="nor what it signed, or we took in, after")
    new.add_argument(
        "--accreditation", metavar="TEXT", help="such as a CMA or CNAS number, which you looked up"
    )
    new.add_argument(
        "--list", dest="lists", action="append", metavar="URL", help="where it says what it revoked"
    )
    new.add_argument(
        "jwk", nargs="+", type=Path, help="files with its public keys (JWK), got by a way you trust"
    )
    new.set_defaults(run=_add)
    deeds.add_parser("list", help="show whose credentials are believed").set_defaults(run=_list)
    gone = deeds.add_parser("remove", help="believe an issuer no more, whatever it signed")
    gone.add_argument("issuer", metavar="URL")
    gone.set_defaults(run=_remove)


def _check(args: argparse.Namespace) -> int:
    from traceability.proof.confirm import Belief, judge
    from traceability.proof.laboratory import result_json
    from traceability.proof.trust import TrustPolicy

    policy = TrustPolicy.parse(read_text(args.trust, MAX_POLICY))
    lists = [read_jws(source, MAX_LIST_CHARACTERS) for source in args.status]
    text = read_jws(str(args.credential), MAX_CHARACTERS)
    found = judge(text, Belief(policy.issuers, lists, datetime.now(UTC)))
    said = found.credential
    for result in said.results if said is not None else ():
        print(printable(json.dumps(result_json(result), ensure_ascii=False)))
    if said is not None:
        print(f"{said.kind} about {said.scope}")
    odd = [] if found.is_confirmed else [f"{found.outcome.value}: {found.reason}"]
    odd += [f"it does not name {what}" for what in _unnamed(args, said)]
    print(printable("; ".join(["not confirmed", *odd]) if odd else f"confirmed: {found.reason}"))
    return NOT_CONFIRMED if odd else 0


def _unnamed(args: argparse.Namespace, said: "Credential | None") -> Iterator[str]:
    from hashlib import sha256

    from traceability.proof.subject import goods

    if args.lot is not None and (said is None or goods(args.lot) not in said.lots):
        yield args.lot
    if args.report is not None:
        digest = sha256(read_file(args.report, MAX_DOCUMENT_BYTES)).hexdigest()
        if said is None or digest not in said.reports:
            yield f"{args.report}, whose SHA-256 is {digest}"


def _add(args: argparse.Namespace) -> int:
    from traceability.own_policy import believe_issuer
    from traceability.proof.issuers import TrustedIssuer

    told = {
        "id": args.issuer,
        "name": {key: text for key, text in (("zh", args.name_zh), ("en", args.name_en)) if text},
        "for": args.kinds,
        "from": args.since,
        "until": args.until,
        "accreditation": args.accreditation,
        "lists": args.lists,
        "keys": [_jwk(file) for file in args.jwk],
    }
    known = {name: value for name, value in told.items() if value is not None}
    believe_issuer(Settings.read(os.environ), TrustedIssuer.parse(json.dumps(known, ensure_ascii=False)))
    print(f"believed: {printable(args.issuer)}; restart the web server, and hand out the trust policy anew")
    return 0


def _jwk(file: Path) -> object:
    """Its public members alone: what else a laboratory writes into it says nothing to us."""
    from traceability.epcis.parse import parse_json
    from traceability.proof.issuers import public_jwk

    jwk = parse_json(read_file(file, MAX_CHARACTERS))
    public_jwk(jwk)
    return {name: jwk[name] for name in ("kty", "crv", "kid", "x", "y") if name in jwk}


def _list(_args: argparse.Namespace) -> int:
    from traceability.own_policy import policy

    for issuer in policy(Settings.read(os.environ)).issuers:
        span = " to ".join(
            f"{at:%Y-%m-%d}" if at else "..." for at in (issuer.trusted_from, issuer.trusted_until)
        )
        names = " / ".join(dict.fromkeys(issuer.name.values()))
        line = [issuer.id, names, ", ".join(issuer.kinds), span, issuer.accreditation or "-", *issuer.keys]
        print("\t".join(map(printable, line)))
    return 0


def _remove(args: argparse.Namespace) -> int:
    from traceability.own_policy import disbelieve_issuer

    if not disbelieve_issuer(Settings.read(os.environ), args.issuer):
        raise InvalidInput(f"the trust policy names no issuer {args.issuer}")
    print(f"believed no more: {printable(args.issuer)}; restart the web server")
    return 0
