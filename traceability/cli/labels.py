"""`guoji labels`: issue codes for the items of a lot, and write the labels that carry them."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from traceability.cli.argument import amount, whole
from traceability.cli.certificate import lot_of
from traceability.cli.codes_party import party_of, say_other_maker
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput, Unknown
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.labels.files import Job
    from traceability.labels.issued import Run
    from traceability.ledger.codes import Codes
    from traceability.ledger.codes_store import Code
    from traceability.own_store import Store

MOST = 100_000
_LAYOUTS = "40x30, 30x20 or 25x25 (mm, a roll), a4-40 or a4-65 (sheets), or your own: 50x30, 70x37/3x8 on A4"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    labels = commands.add_parser(
        "labels",
        help="issue codes for the items of a lot, and write labels for a printer",
        description="Issue codes, which the log commits to before anybody sees them, and write labels: PDF "
        "for any printer, ZPL for thermal ones, SVG (one a label or sheet, in a ZIP) and CSV for print "
        "shops. A PDF holds at most 2,000 labels, ZPL and SVG 10,000; more become several files, named by "
        "the numbers of their labels. --set writes labels of codes that were issued before, and issues none. "
        "With the setting scratch_codes labels have a panel for a scratch foil.",
        epilog="Example: guoji labels --lot https://id.gs1.org/01/09521234000013/10/F261120 --count 400 "
        "--each 0.5 --layout a4-40 -o labels.pdf",
    )
    what = labels.add_mutually_exclusive_group(required=True)
    what.add_argument("--lot", metavar="LINK", help="Digital Link of the lot, or (01)..(10)..")
    what.add_argument("--set", metavar="NUMBER", type=whole(1), help="codes issued before, e.g. after a jam")
    what.add_argument("--show", metavar="LINK", help="show one code here, in the terminal, and issue none")
    _add_codes(labels)
    _add_print(labels)
    labels.set_defaults(run=_run)


def _add_codes(labels: argparse.ArgumentParser) -> None:
    new = labels.add_argument_group("new codes")
    new.add_argument("--count", type=whole(1, MOST), help=f"how many, at most {MOST:,}")
    new.add_argument(
        "--each", metavar="AMOUNT", type=amount, help="what one item holds, in the unit of the lot, e.g. 0.5"
    )
    new.add_argument("--as", dest="party", metavar="GLN", help="in whose name; by default the setting party")
    new.add_argument(
        "--unrecorded", action="store_true", help="although nobody recorded yet how much there is of the lot"
    )
    new.add_argument(
        "--beside-others", action="store_true", help="although others make serials of this GTIN, too"
    )
    again = labels.add_argument_group("codes issued before")
    again.add_argument("--from", dest="first", metavar="LABEL", type=whole(1), help="number of the first")
    again.add_argument("--to", dest="last", metavar="LABEL", type=whole(1), help="number of the last")


def _add_print(labels: argparse.ArgumentParser) -> None:
    made = labels.add_argument_group("labels")
    made.add_argument("-o", "--output", metavar="FILE", type=Path, help="ending in .pdf, .zpl, .zip or .csv")
    made.add_argument("--format", choices=("pdf", "zpl", "svg", "csv"), default="pdf", help="pdf if not said")
    made.add_argument("--layout", default="40x30", help=f"{_LAYOUTS}; 40x30 if not said")
    made.add_argument("--name", help="of the product, in Chinese; by default what is recorded")
    made.add_argument("--name-en", metavar="NAME", help="the same in English")
    made.add_argument("--dpi", type=int, choices=(203, 300), default=203, help="of a ZPL printer")
    letters = made.add_mutually_exclusive_group()
    letters.add_argument(
        "--printer-font", metavar="FONT", help="with Chinese, in the ZPL printer, e.g. E:SIMSUN.TTF"
    )
    letters.add_argument("--ascii", action="store_true", help="no Chinese in ZPL: for a printer without")
    made.add_argument("--force", action="store_true", help="write over files that are there")


def _run(args: argparse.Namespace) -> int:
    from traceability.cli.labels_shown import say_next, show_one, write
    from traceability.own_store import open_store
    from traceability.proof.subject import as_link
    from traceability.wiring import codes

    settings = Settings.read(os.environ)
    if args.show is not None:
        return show_one(args.show, settings)
    if (args.set is None) != (args.count is not None):
        raise InvalidInput("want --count with --lot, and only there: --set prints codes that are there")
    job, store = _job(args), open_store(settings)
    ours = codes(settings, store)
    chosen = [] if args.set is None else _again(args, ours)
    lot = chosen[0].of.lot if chosen else lot_of(as_link(args.lot))
    run = _run_of(lot, args, ours, settings, store)
    # Everything that can be wrong with labels is found before any code is issued for them.
    job.check([each.index + 1 for each in chosen] or range(1, args.count + 1), run.sample())
    _say_doubts(run.sample().uri)
    if not chosen:
        party = party_of(args.party, settings)
        say_other_maker(lot, party, ours.events)
        chosen = _issued(lot, args, ours, party)
    write(job, [run.label(each.index + 1, each.serial) for each in chosen])
    say_next(chosen[0].of)
    return 0


def _job(args: argparse.Namespace) -> "Job":
    from traceability.labels.files import Job
    from traceability.labels.layout import layout
    from traceability.labels.zpl import Printer

    if args.output is None:
        raise InvalidInput("want a file to write: -o FILE")
    if args.format == "zpl" and not (args.printer_font or args.ascii):
        raise InvalidInput(
            "a thermal printer draws Chinese only with a font that has it: name that font (--printer-font "
            "E:SIMSUN.TTF), or print none (--ascii), or use a PDF"
        )
    return Job(
        args.format, layout(args.layout), Printer(args.dpi, args.printer_font), args.output, args.force
    )


def _run_of(lot: str, args: argparse.Namespace, ours: "Codes", settings: Settings, store: "Store") -> "Run":
    from api.qr import scan_url
    from traceability.labels.issued import Run
    from traceability.wiring import public_url

    known = _recorded_name(lot, settings, store)
    name = args.name or known.get("zh", ""), args.name_en or known.get("en", "")
    key = ours.key() if settings.scratch_codes else None
    return Run(lot, name, partial(scan_url, public_url(settings)), key)


def _recorded_name(lot: str, settings: Settings, store: "Store") -> Mapping[str, str]:
    from traceability.wiring import ledger

    try:
        return ledger(settings, store).trace(lot).product
    except Unknown:
        return {}


def _say_doubts(uri: str) -> None:
    """What may be wrong with all labels, while none is printed."""
    from traceability.labels.symbol import symbol, warning

    doubts = [warning(symbol(uri))]
    if urlsplit(uri).hostname in ("localhost", "127.0.0.1") or not uri.startswith("HTTPS:"):
        doubts.append(f"codes lead to {uri[:60]}, which no phone reaches safely: set GUOJI_PUBLIC_URL first")
    for line in filter(None, doubts):
        print(printable(f"note: {line}"), file=sys.stderr)


def _issued(lot: str, args: argparse.Namespace, ours: "Codes", party: str) -> "Sequence[Code]":
    from traceability.ledger.codes_issue import Wanted

    wanted = Wanted(
        lot,
        args.count,
        party,
        each=args.each,
        unrecorded=args.unrecorded,
        beside_others=args.beside_others,
    )
    kept = ours.issue(wanted).kept
    # Said before a label is written: whatever fails from here on, no code is lost.
    said = f"set {kept.number}: issued {kept.count} codes for {lot} in the name of party {party}"
    print(f"{said}, root {kept.new.root.hex()}", flush=True)
    return ours.store.codes(kept.number)


def _again(args: argparse.Namespace, ours: "Codes") -> "Sequence[Code]":
    codes = ours.store.codes(args.set)
    asked = codes[(args.first or 1) - 1 : args.last]
    chosen = [each for each in asked if each.withdrawn_at_ms is None]
    if not chosen:
        raise InvalidInput(
            f"set {args.set} has labels 1 to {len(codes)}, want --from and --to among them; "
            "those of withdrawn codes are not printed"
        )
    return chosen
