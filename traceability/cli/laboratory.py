"""`guoji laboratory`: sign reports and certificates, revoke them, and say whose are believed."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli import laboratory_attach, laboratory_refresh, laboratory_trust
from traceability.cli.argument import whole
from traceability.cli.read_source import read_file, read_jws
from traceability.epcis.compact_jws import MAX_LIST_CHARACTERS
from traceability.errors import InvalidInput
from traceability.proof.issuers import KINDS

if TYPE_CHECKING:
    from traceability.laboratory.sign import LaboratoryKey

MAX_REPORT_BYTES = 64 * 1024 * 1024
MAX_KEY_BYTES = 64 * 1024


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "laboratory",
        help="sign and check laboratory reports and certificates, and say whose are believed",
        description="A report or certificate is a W3C verifiable credential about lots or plots. key, issue, "
        "revoke and check need no installation; trust, attach and refresh are about this one.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_key(actions)
    _add_issue(actions)
    _add_revoke(actions)
    laboratory_trust.add(actions)
    laboratory_attach.add(actions)
    laboratory_refresh.add(actions)


def _add_key(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    key = actions.add_parser("key", help="make a key that signs, and print its public half as JWK")
    key.add_argument("issuer", metavar="URL", help="what the laboratory is called: an https URL or a did:web")
    key.add_argument("--algorithm", choices=("EdDSA", "ES256"), default="EdDSA")
    key.add_argument(
        "-o", "--output", type=Path, required=True, help="file for the private key; must not exist"
    )
    key.set_defaults(run=_key)


def _add_signer(command: argparse.ArgumentParser) -> None:
    command.add_argument("--issuer", metavar="URL", required=True, help="what the laboratory is called")
    command.add_argument("--key", metavar="FILE", type=Path, required=True, help="its private key (PEM)")
    command.add_argument(
        "--until",
        metavar="TIME",
        type=_time,
        required=True,
        help="how long it holds, e.g. 2027-01-31T00:00:00Z",
    )
    command.add_argument("-o", "--output", type=Path, required=True, help="file to write")


def _add_issue(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    issue = actions.add_parser(
        "issue",
        help="sign a report or certificate, from a result sheet where there is one",
        description="The sheet is CSV, XLSX or JSON; docs/laboratories.md lists its columns. Whatever does "
        "not fit is named by its cell, and nothing is signed.",
        epilog="Example: guoji laboratory issue results.csv --issuer https://lab.example --key lab.pem "
        "--lot https://id.gs1.org/01/09521234000020/10/HY261120 --tested 2026-11-20T12:30:00+08:00 "
        "--until 2027-11-20T00:00:00Z --report report.pdf -o report.jwt",
    )
    issue.add_argument("sheet", nargs="?", type=Path, help="the results; a certificate may have none")
    _add_signer(issue)
    issue.add_argument("--kind", choices=KINDS, default=KINDS[0])
    issue.add_argument(
        "--lot", metavar="LINK", action="append", help="Digital Link of a lot that it is about"
    )
    issue.add_argument(
        "--plot",
        metavar="LINK",
        action="append",
        help="Digital Link of a plot (414 with 254), for its harvests",
    )
    issue.add_argument("--holder", metavar="GLN", help="the party that harvests on the plots; they need it")
    issue.add_argument("--tested", metavar="TIME", type=_time, help="when; a LaboratoryReport needs it")
    issue.add_argument("--conclusion", choices=("conformant", "non_conformant"))
    issue.add_argument("--report", metavar="FILE", type=Path, help="the PDF, which is named by its SHA-256")
    issue.add_argument("--list", metavar="URL", help="where the list of what was revoked will stand")
    issue.add_argument("--index", type=whole(0), help="its bit in that list: a random one, never used before")
    issue.set_defaults(run=_issue)


def _add_revoke(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    revoke = actions.add_parser(
        "revoke",
        help="sign the list of what was revoked; without an index, a list of none",
        description="Put the file where --list says, and make a new one before it ends: without a list that "
        "is valid, nothing that it covers is confirmed.",
    )
    revoke.add_argument("index", nargs="*", type=whole(0), help="bits to set, as in --index of issue")
    revoke.add_argument("--list", metavar="URL", required=True, help="where the list will stand")
    revoke.add_argument(
        "--before", metavar="FILE", type=Path, help="the list until now: what it revokes stays so"
    )
    _add_signer(revoke)
    revoke.set_defaults(run=_revoke)


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r:.60} is no time with its zone: want e.g. 2026-11-22T14:30:00Z"
        )
    return moment


def _key(args: argparse.Namespace) -> int:
    import json

    from traceability.laboratory.sign import LaboratoryKey
    from traceability.telemetry.public_key import Algorithm

    made = LaboratoryKey.make(args.issuer, Algorithm[args.algorithm])
    args.output.touch(0o600, exist_ok=False)
    args.output.write_text(made.signer.to_pem(), "ascii")
    print(json.dumps(made.jwk()))
    return 0


def _read_key(args: argparse.Namespace) -> "LaboratoryKey":
    from traceability.laboratory.sign import LaboratoryKey
    from traceability.telemetry.private_key import DeviceSigner

    return LaboratoryKey(args.issuer, DeviceSigner.from_pem(read_file(args.key, MAX_KEY_BYTES)))


def _issue(args: argparse.Namespace) -> int:
    from traceability.laboratory.sheet import read_results
    from traceability.proof.laboratory import result_json
    from traceability.proof.subject import goods

    results = () if args.sheet is None else read_results(read_file(args.sheet, MAX_REPORT_BYTES))
    subject = {
        "lots": None if args.lot is None else [goods(lot) for lot in args.lot],
        "plots": args.plot,
        "holder": args.holder,
        "testedAt": None if args.tested is None else args.tested.isoformat(),
        "results": [result_json(result) for result in results] or None,
        "conclusion": args.conclusion,
    }
    told = {name: value for name, value in subject.items() if value is not None}
    text = _read_key(args).issue(
        args.kind,
        told,
        validFrom=datetime.now(UTC).isoformat(timespec="seconds"),
        validUntil=args.until.isoformat(),
        relatedResource=_report(args.report),
        credentialStatus=_status(args.list, args.index),
    )
    args.output.write_text(text, "ascii")
    print(f"{args.output}: {args.kind} with {len(results)} results, signed by {args.issuer}")
    return 0


def _report(file: Path | None) -> list[dict[str, str]] | None:
    from hashlib import sha256

    from traceability.proof.credential import related_resource

    if file is None:
        return None
    digest = sha256(read_file(file, MAX_REPORT_BYTES)).hexdigest()
    return [related_resource(digest, "application/pdf")]


def _status(url: str | None, index: int | None) -> dict[str, str] | None:
    from traceability.proof.status_list import entry_json

    if (url is None) != (index is None):
        raise InvalidInput("--list and --index belong together: a bit in a list")
    return None if url is None or index is None else entry_json(url, index)


def _revoke(args: argparse.Namespace) -> int:
    from traceability.proof.status_list import StatusList

    key = _read_key(args)
    revoked = set(args.index)
    if args.before is not None:
        before = StatusList.parse(read_jws(str(args.before), MAX_LIST_CHARACTERS))
        if before.url != args.list:
            raise InvalidInput(f"{args.before} is the list {before.url}, not {args.list}")
        revoked |= before.indices()
    args.output.write_text(key.status_list(args.list, revoked, datetime.now(UTC), args.until), "ascii")
    print(f"{args.output}: {len(revoked)} revoked; put it at {args.list}")
    return 0
