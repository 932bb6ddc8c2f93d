"""`guoji import`: a partner's spreadsheet becomes events."""

import argparse
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli import import_map
from traceability.cli.agreed import agreed
from traceability.cli.import_map import KINDS
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.imports.plan import Plan

_WRONG = 65


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "import",
        help="take in a partner's spreadsheet: harvests, packing, shipping and the like",
        description="Rows become events. Every wrong cell is named, and nothing is kept before all of it is "
        "sound. The same file sent twice is kept once.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_template(actions)
    _add_sheet(actions)
    import_map.add(actions)


def _add_template(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    template = actions.add_parser("template", help="write an empty sheet for a partner to fill in")
    template.add_argument("kind", choices=KINDS, help="what the rows are about")
    template.add_argument(
        "--lang", choices=("zh", "en"), default="zh", help="of its headings; zh if not said"
    )
    template.add_argument("-o", "--output", type=Path, required=True, help="file to write: .xlsx or .csv")
    template.add_argument("--force", action="store_true", help="write over a file that is there")
    template.set_defaults(run=_template)


def _add_sheet(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sheet = actions.add_parser(
        "sheet",
        help="show what a sheet would become and, when you say so, capture it",
        description="Shows rows, events, times, lots and totals, and asks. All events are captured at once, "
        "or none. Exits 65 if a cell is wrong, or if you say no.",
        epilog="Example: guoji import sheet harvest.xlsx --kind harvest --party 9521234000013",
    )
    sheet.add_argument("file", type=Path, help=".xlsx, or .csv in UTF-8 or GB18030")
    sheet.add_argument("--kind", choices=KINDS, required=True)
    sheet.add_argument("--party", required=True, help="GLN (13 digits) of the partner whose sheet it is")
    sheet.add_argument(
        "--zone", default="+08:00", help="of times that name none; +08:00 (Beijing) if not said"
    )
    sheet.add_argument(
        "--errors",
        type=Path,
        help="file to write if cells are wrong: .csv, a table of them, or .xlsx, a copy with them marked",
    )
    sheet.add_argument(
        "--lang", choices=("zh", "en"), default="en", help="of what wrong cells want; en if not said"
    )
    sheet.add_argument("--yes", action="store_true", help="do not ask")
    sheet.set_defaults(run=_sheet)


def _template(args: argparse.Namespace) -> int:
    from traceability.imports.kinds import kind
    from traceability.imports.template import to_csv, to_xlsx

    write = {".xlsx": to_xlsx, ".csv": to_csv}[_form(args.output)]
    if args.output.exists() and not args.force:
        raise InvalidInput(f"{args.output} is there already, want another name or --force")
    args.output.write_bytes(write(kind(args.kind), args.lang))
    print(f"{args.output}: written")
    return 0


def _sheet(args: argparse.Namespace) -> int:
    from traceability.cli.import_shown import counted, show_faults, show_plan, show_resembling
    from traceability.gs1.keys import gln
    from traceability.ledger.grant import CAPTURE, Grant
    from traceability.own_store import open_store
    from traceability.sheets.read import read_cells
    from traceability.wiring import importer

    if args.errors is not None:
        _form(args.errors)
    grant = Grant(CAPTURE, gln(args.party), "guoji import")
    settings = Settings.read(os.environ)
    store = open_store(settings)
    ours = importer(settings, store)
    sheet = read_cells(args.file.read_bytes())
    planned = ours.plan(args.kind, sheet, grant, _zone(args.zone), _progress)
    if planned.faults:
        show_faults(args.file, planned, args.lang)
        _write_errors(args, planned)
        return _WRONG
    here = ours.here(planned, grant)
    show_plan(planned, args.zone, here, store.parties.register().parties.get(grant.submitter))
    show_resembling(ours.resembling(planned, grant))
    if here == len(planned.events):
        print("nothing is new; all of it was captured before")
        return 0
    if not args.yes and not agreed("Capture these events?"):
        print("nothing was kept")
        return _WRONG
    job = ours.record(planned, grant)
    print(f"captured: {counted(len(planned.events) - here, 'new event')}, job {job.id}")
    return 0


def _zone(text: str) -> timezone:
    try:
        zone = datetime.strptime(text, "%z").tzinfo
    except ValueError as error:
        raise InvalidInput(f"--zone is {text!r:.20}, want an offset such as +08:00") from error
    assert isinstance(zone, timezone)
    return zone


def _progress(checked: int) -> None:
    if checked % 5_000 == 0:
        print(f"checked: {checked} events", file=sys.stderr)


def _write_errors(args: argparse.Namespace, planned: "Plan") -> None:
    from traceability.imports.marked import faults_csv, marked_xlsx

    if args.errors is not None:
        is_copy = _form(args.errors) == ".xlsx"
        args.errors.write_bytes(marked_xlsx(planned) if is_copy else faults_csv(planned, args.file.name))
        print(f"{args.errors}: written")


def _form(file: Path) -> str:
    form = file.suffix.lower()
    if form not in (".xlsx", ".csv"):
        raise InvalidInput(f"{file.name} ends in {form or 'nothing'}, want .xlsx or .csv")
    return form
