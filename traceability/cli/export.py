"""`guoji export`: write what is recorded in the forms that authorities and partners ask for."""

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli import certificate
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.exports.kde import Row
    from traceability.ledger.ledger import Ledger

_MISSING = 65


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "export",
        help="write a FSMA 204 spreadsheet, the EPCIS document of a trace, or 承诺达标合格证",
        description="Write what is recorded in the forms that others ask for. The same records give the same "
        "bytes. What no record says stays empty.",
    )
    forms = group.add_subparsers(title="forms", metavar="FORM", required=True)
    _add_fsma(forms)
    check = forms.add_parser(
        "fsma-check",
        help="name each Key Data Element that a spreadsheet lacks",
        description="Hold a spreadsheet with the columns of `guoji export fsma` to 21 CFR 1.1325 to 1.1350: "
        "one line for each missing element, by row and column. Exits 65 if there is one.",
    )
    check.add_argument("file", type=Path, help="CSV in UTF-8, or XLSX; also filled in by hand")
    check.set_defaults(run=_check)
    document = forms.add_parser(
        "epcis",
        help="one EPCIS document of the events of a trace",
        description="The events as they were captured, with the event hashes that they have here. Batches of "
        "readings are left out: `guoji prove` writes them with their proofs.",
    )
    document.add_argument("subject", help="GS1 Digital Link of a lot, item or logistic unit")
    document.add_argument("-o", "--output", type=Path, required=True, help="file to write")
    document.set_defaults(run=_epcis)
    certificate.add(forms)


def _add_fsma(forms: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    fsma = forms.add_parser(
        "fsma",
        help="the electronic sortable spreadsheet of FSMA 204 (21 CFR 1.1455)",
        description="One row for each Critical Tracking Event and lot: of one lot and what it was made from, "
        "or of a period. What parties say of goods that they never held is left out.",
        epilog="Example: guoji export fsma https://id.gs1.org/01/09521234000020/10/HY261120 -o lot.xlsx",
    )
    fsma.add_argument("lot", nargs="?", help="GS1 Digital Link of a lot; without it, a period")
    fsma.add_argument("--from", dest="start", metavar="TIME", help="e.g. 2026-11-20T00:00+08:00")
    fsma.add_argument("--to", dest="end", metavar="TIME", help="not included")
    fsma.add_argument("-o", "--output", type=Path, required=True, help="file to write: .xlsx or .csv")
    fsma.set_defaults(run=_fsma)


def _fsma(args: argparse.Namespace) -> int:
    from traceability.exports.check import missing, table
    from traceability.exports.kde import HEADERS, NUMBERS
    from traceability.sheets.write import to_csv, to_xlsx
    from traceability.wiring import ledger

    form = args.output.suffix.lower()
    if form not in (".xlsx", ".csv"):
        raise InvalidInput(f"{args.output.name} ends in {form or 'nothing'}, want .xlsx or .csv")
    found = table(_rows(args, ledger(Settings.read(os.environ))))
    numbers = [at for at, name in enumerate(HEADERS) if name in NUMBERS]
    args.output.write_bytes(to_csv(found) if form == ".csv" else to_xlsx(found, numbers))
    print(f"{args.output}: rows: {len(found) - 1}")
    _say_missing(Counter((each.cte, each.column) for each in missing(found)), args.output)
    return 0


def _epcis(args: argparse.Namespace) -> int:
    from traceability.exports.epcis_document import epcis_document
    from traceability.proof.subject import goods
    from traceability.wiring import ledger

    trace = ledger(Settings.read(os.environ)).traces.all_events(goods(args.subject))
    args.output.write_bytes(epcis_document(trace))
    print(f"{args.output}: written")
    return 0


def _rows(args: argparse.Namespace, ours: "Ledger") -> "Sequence[Row]":
    from traceability.exports.gather import rows_of_lot, rows_of_period

    if args.lot is not None and args.start is None and args.end is None:
        lot = certificate.lot_of(args.lot)
        return rows_of_lot(lot, ours.traces.all_events(lot), ours.events)
    if args.lot is None and args.start is not None and args.end is not None:
        return rows_of_period(_time(args.start), _time(args.end), ours.search, ours.events)
    raise InvalidInput("want a lot, or both --from and --to")


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r:.40} is no time, want one like 2026-11-20T00:00+08:00") from error
    if moment.tzinfo is None:
        raise InvalidInput(f"{text!r:.40} has no time zone, want one like 2026-11-20T00:00+08:00")
    return moment


def _say_missing(counts: Counter[tuple[str, str]], file: Path) -> None:
    for (cte, column), count in counts.items():
        print(f"  no record says {column} of {count} x {cte}")
    if counts:
        print(f"fill in what you know; `guoji export fsma-check {file}` names each cell")


def _check(args: argparse.Namespace) -> int:
    from traceability.exports.check import missing
    from traceability.sheets.read import read_sheet

    found = read_sheet(args.file.read_bytes())
    faults = list(missing(found))
    for each in faults:
        print(printable(str(each)))
    if faults:
        return _MISSING
    print(f"rows: {max(len(found) - 1, 0)}, nothing is missing")
    return 0
