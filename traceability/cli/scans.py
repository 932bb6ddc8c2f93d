"""`guoji scans`: items whose scans are odd, and those that are shown as samples."""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from traceability.cli.argument import whole
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings
from traceability.telemetry.clock import iso

if TYPE_CHECKING:
    from traceability.ledger.scan_verdict import Odd, ScanVerdict

_HEADERS = ("item", "scans", "devices", "first", "not kept", "odd")
_DAY_MS = 86_400_000


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "scans",
        help="show items whose scans are odd, and mark samples that many scan",
        description="Shoppers' scans count since the goods were last handed on. That they are odd does not "
        "say that a code was copied: docs/anti-clone.md says what else it may be.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="items whose scans are odd, the worst first")
    listed.add_argument(
        "--days", type=whole(1, 36_500), default=30, help="scanned within so many; default 30"
    )
    listed.add_argument("--gtin", default="", help="items of this product alone")
    listed.add_argument("-o", "--output", type=Path, help="CSV file to write instead of lines")
    listed.set_defaults(run=_list)
    sample = actions.add_parser(
        "sample",
        help="say that an item is shown to an audience, so that many scan it",
        description="From now on nothing about its scans is odd, and its page says that it is a sample.",
    )
    sample.add_argument("item", metavar="LINK", help="GS1 Digital Link of the item")
    sample.add_argument("--end", action="store_true", help="it is no sample any more")
    sample.set_defaults(run=_sample)


def _list(args: argparse.Namespace) -> int:
    from traceability.gs1.keys import gtin
    from traceability.own_store import open_store
    from traceability.sheets.write import to_csv
    from traceability.wiring import ledger, scans

    if args.output is not None and args.output.suffix.lower() != ".csv":
        raise InvalidInput(f"{args.output.name} ends in {args.output.suffix or 'nothing'}, want .csv")
    settings = Settings.read(os.environ)
    store = open_store(settings)
    ours = scans(settings, store, ledger(settings, store).trace)
    since_ms = time.time_ns() // 1_000_000 - args.days * _DAY_MS
    rows = [_row(item, told) for item, told in ours.odd(since_ms, gtin(args.gtin) if args.gtin else "")]
    if args.output is not None:
        args.output.write_bytes(to_csv([_HEADERS, *rows]))
        print(f"{args.output}: rows: {len(rows)}")
        return 0
    for row in rows:
        print(printable("  ".join(row)))
    if not rows:
        print(f"no item has odd scans within {args.days} days")
    return 0


def _sample(args: argparse.Namespace) -> int:
    from traceability.ledger.scans import item_of
    from traceability.own_store import open_store
    from traceability.proof.subject import as_link

    item, table = item_of(as_link(args.item)), open_store(Settings.read(os.environ)).scans
    if not args.end:
        table.mark_sample(item, time.time_ns() // 1_000_000)
        print(f"{item} is a sample from now on")
    elif table.unmark_sample(item):
        print(f"{item} is no sample any more")
    else:
        raise InvalidInput(f"{item} was not marked as a sample")
    return 0


def _row(item: str, told: "ScanVerdict") -> Sequence[str]:
    first = "-" if told.first_ms is None else iso(told.first_ms)
    counts = (str(told.scans), str(told.devices), first, str(told.not_kept))
    return (item, *counts, "; ".join(_said(each) for each in told.odd))


def _said(odd: "Odd") -> str:
    from traceability.ledger.scan_verdict import Crowd, Flood, Travel

    match odd:
        case Crowd(from_ms, to_ms, networks):
            return f"{networks} networks from {iso(from_ms)} to {iso(to_ms)}"
        case Flood(from_ms, posts, networks):
            return f"{posts} times within an hour of {iso(from_ms)} from {networks} networks"
        case Travel(here, here_ms, there, there_ms, kilometres):
            apart = f"{kilometres:.0f} km apart at least"
            return f"cell {here} at {iso(here_ms)}, cell {there} at {iso(there_ms)}: {apart}"
    assert_never(odd)
