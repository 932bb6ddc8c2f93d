"""`guoji export certificate`: print a 承诺达标合格证, and check one without believing whoever printed it."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.exports.certificate import Scan
    from traceability.proof.records import Proven
    from traceability.proof.verify_trace import TraceReport

_LONGEST_PAGE = 1_000_000
"""Bytes."""


def add(forms: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    made = forms.add_parser(
        "certificate",
        help="a page to print: 承诺达标合格证, as whoever made the lot promised",
        description="The promise is an event that whoever made the lot captured; this prints its words, its "
        "key, and a code that leads to the trace. What no record says is left blank, to be written in by "
        "hand, and named.",
    )
    made.add_argument("lot", help="GS1 Digital Link of a lot")
    made.add_argument("-o", "--output", type=Path, required=True, help="file to write, in HTML")
    made.set_defaults(run=_print)
    check = forms.add_parser(
        "certificate-check",
        help="check a printed 承诺达标合格证 by the proof file of its lot",
        description="Make the page anew from events that are proven, and compare byte by byte. Needs no "
        "installation. Exits 65 if an event is not Verified, or a line differs.",
    )
    check.add_argument("file", type=Path, help="page that `guoji export certificate` wrote")
    check.add_argument("proof", metavar="PROOF-FILE-OR-URL", help="of the lot's trace")
    check.add_argument(
        "--trust", metavar="FILE", type=Path, required=True, help="what you believe beforehand"
    )
    check.set_defaults(run=_check)


def lot_of(link: str) -> str:
    from traceability.gs1 import digital_link

    parsed = digital_link.parse(link)
    if digital_link.kind(parsed) != "lot":
        raise InvalidInput(f"{link[:80]!r} names no lot, want product and lot (AI 01 and 10)")
    return digital_link.identity(parsed)


def _print(args: argparse.Namespace) -> int:
    from api.qr import scan_url
    from traceability.exports.certificate import certificate, page
    from traceability.wiring import ledger, public_url

    settings, lot = Settings.read(os.environ), lot_of(args.lot)
    made = certificate(lot, ledger(settings).traces.all_events(lot))
    args.output.write_bytes(page(made, _scan(scan_url(public_url(settings), lot))))
    print(f"{args.output}: written; left blank: {'、'.join(made.blank())}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from traceability.chain.rpc import RpcChain
    from traceability.cli.read_proof import read_proof
    from traceability.cli.read_source import read_file, read_text
    from traceability.epcis.parse import MAX_BYTES
    from traceability.proof.proof_file import TraceProof
    from traceability.proof.trust import MAX_CHARACTERS, TrustPolicy
    from traceability.proof.verify_trace import verify_trace

    printed, proof = read_file(args.file, _LONGEST_PAGE), read_proof(args.proof, MAX_BYTES)
    if not isinstance(proof, TraceProof):
        raise InvalidInput(f"{args.proof} proves one event, want the proof of the lot's trace")
    policy = TrustPolicy.parse(read_text(args.trust, MAX_CHARACTERS))
    report = verify_trace(proof, policy, [RpcChain(url) for url in policy.endpoints])
    for line in checked(printed, report):
        print(printable(line))
    return 0


def checked(printed: bytes, report: "TraceReport") -> list[str]:
    """What a page says that the proven events of a trace say too. Raises `InvalidInput` where they do not."""
    from traceability.exports.certificate import certificate, check_page, link_on, page

    link, lot = link_on(printed), lot_of(report.subject)
    if not urlsplit(link).path.endswith(urlsplit(lot).path):
        raise InvalidInput(f"its code leads to {link}, which is not about {lot}")
    made = certificate(lot, _proven(report))
    check_page(printed, page(made, _scan(link)))
    return [
        f"As party {made.promiser_gln} promised of {lot}: record {made.record}",
        f"Its code leads to {link}: whether that is who you think is for you to see.",
    ]


def _proven(report: "TraceReport") -> "list[Proven]":
    """All events about goods. Raises `InvalidInput` unless each is Verified and nothing speaks against it."""
    from traceability.proof.records import Proven
    from traceability.proof.verdict import TraceVerified, Verified

    goods = [each for each in report.events if each.proof.leaves is None]
    unproven = sum(not isinstance(each.report.verdict, Verified) for each in goods)
    if unproven or not isinstance(report.verdict, TraceVerified):
        raise InvalidInput(
            f"{unproven} of {len(goods)} events about goods are not verified; `guoji verify` says why"
        )
    return [Proven.of(each.proof) for each in goods]


def _scan(link: str) -> "Scan":
    from api.qr import qr_code
    from traceability.exports.certificate import Scan

    code = qr_code(link)
    return Scan(link, code.modules, code.strokes)
