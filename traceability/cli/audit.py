"""`guoji audit`: mirror a public log, recompute all of it, and sign what was found."""

import argparse
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from traceability.audit.audit import OWN, Audit
from traceability.audit.auditor_key import auditor
from traceability.audit.report import AuditReport, Result
from traceability.audit.source import FolderSource, Source, source_of
from traceability.chain.rpc import RpcChain
from traceability.cli.read_source import read_text
from traceability.errors import InvalidInput
from traceability.log.note import NoteVerifier
from traceability.proof.trust import MAX_CHARACTERS, TrustPolicy

EXIT_CODES = {Result.CLEAN: 0, Result.UNTRUE: 1, Result.UNCHECKED: 2}
SAY_EVERY_S = 1


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "audit",
        help="mirror a public log and check all of it, believing nobody but your trust file",
        description="Mirror a log through its tiles, recompute its tree and its map of names from the "
        "entries, and compare both with what the log signed, what the chain holds and what receipts "
        "promise. Ended at any moment and started again, it goes on where it was. The next audit looks at "
        "what is new.",
        epilog="Exit codes: 0 all of it is true, 1 something is untrue (a line for each), 2 something "
        "could not be checked, 64 wrong usage, 65 unreadable input. "
        "Example: guoji audit https://trace.my-farm.cn --trust trust.txt",
    )
    command.add_argument("source", metavar="URL", help="of the server, or a folder that holds a mirror")
    command.add_argument(
        "--trust", metavar="FILE", type=Path, required=True, help="what you believe beforehand"
    )
    command.add_argument(
        "--mirror", metavar="DIR", type=Path, help="where the copy is kept; by default guoji-audit/<host>"
    )
    command.add_argument(
        "--receipts", metavar="DIR", type=Path, help="receipts of devices: what they promise has to be there"
    )
    command.add_argument("--report", metavar="FILE", type=Path, help="by default DIR/audit/report")
    command.add_argument(
        "--key",
        metavar="FILE",
        type=Path,
        help="signs the report; made if missing; by default DIR/audit/key.pem",
    )
    command.add_argument("--without-map", action="store_true", help="leave the map of names out")
    command.add_argument(
        "--events", action="store_true", help="also fetch and check the event of every entry"
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    source = source_of(args.source)
    folder = args.mirror or Path("guoji-audit") / _name_of(args.source)
    _check_apart(source, folder)
    policy_text = read_text(args.trust, MAX_CHARACTERS)
    key = auditor(args.key or folder / OWN / "key.pem")
    audit = Audit(
        source=source,
        source_name=args.source,
        policy_text=policy_text,
        chains=[RpcChain(url) for url in TrustPolicy.parse(policy_text).endpoints],
        folder=folder,
        now_ms=lambda: time.time_ns() // 1_000_000,
        progress=Said(sys.stderr.isatty()),
        with_map=not args.without_map,
        receipts=args.receipts,
        with_events=args.events,
    )
    report = audit.run()
    file = args.report or folder / OWN / "report"
    file.write_text(report.sign(key), encoding="utf-8")
    _show(report)
    print(f"\nsigned: {file}\nby: {NoteVerifier.of(key).vkey}")
    return EXIT_CODES[report.result]


class Said:
    """Progress on standard error: how fast, and how long it will take."""

    def __init__(self, often: bool) -> None:
        self._every_s = SAY_EVERY_S if often else 10 * SAY_EVERY_S
        self._what = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what:
            self._what, self._began, self._begun_with, self._next = what, now, done, now + self._every_s
        if now < self._next:
            return
        self._next = now + self._every_s
        rate = (done - self._begun_with) / (now - self._began)
        left_s = f"{(total - done) / rate:,.0f} s left" if rate else "standing still"
        print(f"{what}: {done:,} of {total:,}, {rate:,.0f}/s, {left_s}", file=sys.stderr, flush=True)


def _show(report: AuditReport) -> None:
    for line in report.lines()[1:]:
        print(line)


def _name_of(source: str) -> str:
    parts = urlsplit(source)
    return re.sub(r"[^A-Za-z0-9.-]+", "_", parts.netloc + parts.path).strip("_")


def _check_apart(source: Source, folder: Path) -> None:
    if isinstance(source, FolderSource) and source.folder.resolve() == folder.resolve():
        raise InvalidInput(f"{folder} is what is audited: name another --mirror")
