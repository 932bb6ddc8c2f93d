"""`guoji import map`: what a partner calls the columns of its sheets."""

import argparse
import os
from pathlib import Path

from traceability.cli.agreed import agreed
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

_REFUSED = 65
KINDS = ("harvest", "packing", "shipping", "receiving", "processing", "laboratory", "leaving")


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    mapped = actions.add_parser(
        "map",
        help="say what a partner's own headings mean; it is remembered for its next sheets",
        description="Shows what each heading of a file is taken for, and asks. What is confirmed is kept "
        "for this party and kind, and goes before what we would guess.",
        epilog="Example: guoji import map our.xlsx --kind harvest --party 9521234000013 --means 货=lot",
    )
    mapped.add_argument("file", type=Path, help="a sheet with these headings")
    mapped.add_argument(
        "--means",
        metavar="HEADING=COLUMN",
        action="append",
        default=[],
        help="what a heading means; nothing after = for a column that is not to be read",
    )
    mapped.add_argument("--kind", choices=KINDS, required=True)
    mapped.add_argument("--party", required=True, help="GLN (13 digits) of the partner whose sheet it is")
    mapped.add_argument("--yes", action="store_true", help="do not ask")
    mapped.set_defaults(run=_map)


def _map(args: argparse.Namespace) -> int:
    from traceability.gs1.keys import gln
    from traceability.ledger.grant import CAPTURE, Grant
    from traceability.own_store import open_store
    from traceability.sheets.read import read_cells
    from traceability.wiring import importer

    grant = Grant(CAPTURE, gln(args.party), "guoji import")
    settings = Settings.read(os.environ)
    ours = importer(settings, open_store(settings))
    layout = ours.lay_out(args.kind, read_cells(args.file.read_bytes()), grant, _said(args.means))
    names = {at: name for name, at in layout.at.items()}
    for at, heading in enumerate(layout.headings):
        if heading:
            print(printable(f"  {heading}: {names.get(at, 'not read')}"))
    for before, now in layout.changed:
        print(printable(f"  the heading {before} is gone; now {now or 'none'}"))
    for fault in layout.faults:
        print(printable(f"  {fault}"))
    if layout.faults:
        print("nothing was remembered; say what the headings mean with --means HEADING=COLUMN")
        return _REFUSED
    if not args.yes and not agreed("Remember this for the party's sheets?"):
        print("nothing was remembered")
        return _REFUSED
    ours.remember(args.kind, layout, grant)
    print("remembered")
    return 0


def _said(pairs: list[str]) -> dict[str, str]:
    from traceability.imports.kinds import plainly

    said = {}
    for pair in pairs:
        heading, equals, name = pair.rpartition("=")
        if not equals or not plainly(heading):
            raise InvalidInput(f"{pair!r:.40} is no HEADING=COLUMN, such as 货=lot")
        said[plainly(heading)] = name.strip()
    return said
