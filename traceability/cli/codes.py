"""`guoji codes`: issue the codes of items, put them on goods, and see what became of them."""

import argparse
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.cli.argument import amount, moment, whole
from traceability.cli.codes_party import party_of, say_other_maker
from traceability.cli.codes_shown import Outlet, file_of, line_of, serials_in, stand_of, told
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.ledger.codes import Codes

MOST = 1_000_000


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "codes",
        help="issue codes for the items of a lot, make them active, take them back",
        description="The log commits to a set of codes before anybody sees one of them, and no more are "
        "issued than the lot can bear. `guoji labels` issues codes and prints them in one go.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_issue(actions)
    actions.add_parser("list", help="show all sets of codes, oldest first").set_defaults(run=_list)
    show = actions.add_parser("show", help="what became of the codes of a set, or of the code of one item")
    show.add_argument("what", metavar="SET|LINK", help="number of a set, or GS1 Digital Link of an item")
    show.set_defaults(run=_show)
    out = actions.add_parser("give-out", help="write the codes of a set again, for a printer that failed")
    _add_set(out, "write")
    _add_output(out)
    out.set_defaults(run=_give_out)
    _add_activate(actions)
    back = actions.add_parser("withdraw", help="take back codes that will not be used; those on goods stay")
    _add_set(back, "withdraw")
    _add_party(back)
    back.set_defaults(run=_withdraw)
    prove = actions.add_parser("prove", help="write the file by which a stranger checks one code")
    prove.add_argument("item", metavar="LINK", help="GS1 Digital Link of the item")
    _add_output(prove)
    prove.set_defaults(run=_prove)


def _add_issue(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    issue = actions.add_parser(
        "issue",
        help="draw codes for a lot, commit to them, then write them to a file",
        description="Draw codes for a lot, commit to them in the log, then write them to a file.",
        epilog="Example: guoji codes issue https://id.gs1.org/01/09521234000020/10/HY261120 --count 96 "
        "--each 0.3 -o codes.csv",
    )
    issue.add_argument("lot", metavar="LINK", help="GS1 Digital Link of the lot")
    issue.add_argument("--count", type=whole(1, MOST), required=True, help=f"how many, at most {MOST:,}")
    issue.add_argument("--each", type=amount, help="what one item holds, in the unit of the lot, such as 0.3")
    issue.add_argument(
        "--may-activate",
        metavar="GLN",
        nargs="+",
        default=[],
        help="other parties whose packing makes the codes active; who may make these goods always may",
    )
    issue.add_argument(
        "--unrecorded", action="store_true", help="although nobody recorded yet how much there is of the lot"
    )
    issue.add_argument(
        "--beside-others", action="store_true", help="although others make serials of this GTIN, too"
    )
    _add_party(issue)
    _add_output(issue)
    issue.set_defaults(run=_issue)


def _add_activate(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    active = actions.add_parser(
        "activate",
        help="record that codes are on goods now",
        description="Record that codes are on goods, in events of at most a hundred items. What is active "
        "already is left out, so a run that was stopped is begun again. More than the lot has goods for now "
        "are refused. Any packing event of a partner that names the items makes them active, too.",
    )
    _add_set(active, "make active")
    active.add_argument("--at", metavar="TIME", type=moment, help="when they were put on; by default now")
    active.add_argument(
        "--unrecorded", action="store_true", help="although nobody recorded yet how much there is of the lot"
    )
    active.add_argument("--place", metavar="LINK", help="GS1 Digital Link (414) of where")
    _add_party(active)
    active.set_defaults(run=_activate)


def _add_set(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("set", type=whole(1), help="number of the set")
    some = command.add_mutually_exclusive_group()
    some.add_argument("--range", metavar="FIRST-LAST", help=f"{what} only these, counted from 1: 1-400")
    some.add_argument(
        "--file",
        type=Path,
        help=f"{what} only those in this file, a serial or link a line; - is standard input",
    )


def _add_party(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as", dest="party", metavar="GLN", help="in whose name; by default the setting party"
    )


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", "--output", type=Path, help="file to write; without it, standard output")


def _issue(args: argparse.Namespace) -> int:
    from traceability.ledger.codes_issue import Wanted
    from traceability.proof.subject import typed_goods

    ours, settings = _codes()
    outlet = Outlet.to(args.output)
    wanted = Wanted(
        typed_goods(args.lot),
        args.count,
        party_of(args.party, settings),
        args.each,
        [party_of(each, settings) for each in args.may_activate],
        args.unrecorded,
        args.beside_others,
    )
    say_other_maker(wanted.lot, wanted.party, ours.events)
    found = ours.issue(wanted)
    # Said before they are written: whatever fails from here on, no code is lost.
    issued = f"{told(len(found.serials))} issued for {found.lot}"
    outlet.say(f"set {found.kept.number}: {issued}, in the name of party {wanted.party}")
    outlet.write(file_of(found.kept, found.serials))
    outlet.say(f"next: print them, label the goods, then `guoji codes activate {found.kept.number}`")
    return 0


def _list(_args: argparse.Namespace) -> int:
    for each in _codes()[0].sets():
        print(printable(line_of(each)))
    return 0


def _show(args: argparse.Namespace) -> int:
    from traceability.proof.subject import typed_goods

    ours, _ = _codes()
    if not args.what.isdecimal():
        print(printable(stand_of(ours.status_of(typed_goods(args.what)))))
        return 0
    kept = ours.store.set(whole(1)(args.what))
    live = ours.live(kept.number)
    active = ours.activations(kept, live)
    print(printable(line_of(kept)))
    print(f"{told(len(active))} active, {len(live) - len(active)} not yet, {kept.withdrawn} withdrawn")
    return 0


def _give_out(args: argparse.Namespace) -> int:
    ours, _ = _codes()
    found, chosen = ours.give_out(args.set), _chosen(args, ours)
    serials = [each for each in found.serials if chosen is None or each in chosen]
    outlet = Outlet.to(args.output)
    outlet.write(file_of(found.kept, serials))
    outlet.say(f"set {args.set}: {told(len(serials))} written again")
    return 0


def _activate(args: argparse.Namespace) -> int:
    from traceability.gs1 import digital_link
    from traceability.ledger.codes_events import Labelling

    ours, settings = _codes()
    at = ours.now() if args.at is None else datetime.fromtimestamp(args.at / 1000).astimezone()
    place = None if args.place is None else digital_link.identity(args.place)
    labelling = Labelling(party_of(args.party, settings), at, place)
    done = 0
    for count in ours.activate(args.set, labelling, _chosen(args, ours), args.unrecorded):
        done += count
        print(f"{told(done)} made active", flush=True)
    if not done:
        print("nothing to do: all of them are active")
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    ours, settings = _codes()
    withdrawn, active = ours.withdraw(args.set, party_of(args.party, settings), _chosen(args, ours))
    print(f"{told(withdrawn)} withdrawn; {active} are on goods and stay active")
    return 0


def _prove(args: argparse.Namespace) -> int:
    from traceability.proof.subject import typed_goods

    Outlet.to(args.output).write(_codes()[0].proof_of(typed_goods(args.item)))
    return 0


def _codes() -> "tuple[Codes, Settings]":
    from traceability.own_store import open_store
    from traceability.wiring import codes

    settings = Settings.read(os.environ)
    return codes(settings, open_store(settings)), settings


def _chosen(args: argparse.Namespace, ours: "Codes") -> Collection[str] | None:
    """The serials that a range or a file names; None for all."""
    if args.file is not None:
        return serials_in(args.file)
    if args.range is None:
        return None
    first, dash, last = args.range.partition("-")
    codes = ours.store.codes(args.set)
    if not (dash and first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last) <= len(codes)):
        raise InvalidInput(f"range {args.range[:40]!r} is none of set {args.set}, want e.g. 1-{len(codes)}")
    asked = codes[int(first) - 1 : int(last)]
    return {each.serial for each in asked if each.withdrawn_at_ms is None}
