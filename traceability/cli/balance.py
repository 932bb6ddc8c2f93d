"""`guoji balance`: whether all that became of a lot is no more than the lot was."""

import argparse
import json
import os
from typing import TYPE_CHECKING

from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.ledger.yields import OverYield


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "balance",
        help="add up all that became of a lot, from this installation's store",
        description="Follow a lot to all that was made, packed, labelled, shipped and sold of it, and "
        "add up the amounts. Events are named by their keys. `guoji verify` adds up what a proof file shows.",
        epilog="Example: guoji balance https://id.gs1.org/01/09521234000013/10/F261120",
    )
    command.add_argument("lot", metavar="LINK", help="GS1 Digital Link of the lot")
    command.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    command.set_defaults(run=_balance)


def _balance(args: argparse.Namespace) -> int:
    from traceability.cli.balanced import balance_lines
    from traceability.cli.terminal import printable
    from traceability.errors import InvalidInput, Unknown
    from traceability.ledger.cold import profile_of
    from traceability.ledger.descent import descent
    from traceability.ledger.lineage import in_order
    from traceability.ledger.yields import judge_plots, over_yield_json
    from traceability.own_files import profiles
    from traceability.own_store import open_store
    from traceability.proof.balance import balance, balance_json
    from traceability.proof.records import makers, standing
    from traceability.proof.subject import goods

    lot, settings = goods(args.lot), Settings.read(os.environ)
    store, known = open_store(settings), profiles(settings)
    events = store.events
    found = descent(lot, events.telling)
    if not found.told:
        raise Unknown(f"we hold no event for {lot}")
    if found.is_cut:
        raise InvalidInput(f"{lot} has more descendants than are followed here; ask of what was made from it")
    held = [each for each in found.told if each.key not in found.claimed]
    records = in_order(held, events)
    result = balance(records, lot)
    beyond = judge_plots(makers(standing(records)), store.plots, lambda each: profile_of(each, known))
    if args.json:
        counts = {"events": len(held), "claimed": len(found.claimed)}
        over_yields = {"over_yields": [over_yield_json(over) for over in beyond]}
        print(json.dumps({"lot": lot, **counts, **balance_json(result), **over_yields}, indent=2))
    else:
        for line in balance_lines(result, f"by {len(held)} events of this store", {}):
            print(printable(line))
        for over in beyond:
            print(printable(_beyond(over)))
        if found.claimed:
            print(f"Left out: {len(found.claimed)} events by parties that never held what they are about")
    return 0


def _beyond(over: "OverYield") -> str:
    from traceability.proof.quantity import written

    picked, area, bears = map(written, (over.picked, over.hectares, over.bears))
    season = f"{picked} kg of {over.crop.name} were picked on {over.plot} within a season"
    events = ", ".join(over.events)
    return (
        f"More than the plot can bear: {over.lot}: {season}, {area} ha can bear {bears} kg (events {events})"
    )
