"""`guoji subscriptions`: who is sent what, and what could not be delivered."""

import argparse
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from traceability.cli.terminal import printable
from traceability.settings import Settings
from traceability.telemetry.clock import iso

if TYPE_CHECKING:
    from traceability.store.subscriptions import SubscriptionTable


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser(
        "subscriptions",
        help="show subscriptions of partners, and what could not be delivered",
        description="Partners subscribe by the EPCIS interface; `guoji notify` sends.",
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    actions.add_parser(
        "list", help="show each, how far it has looked in the log, and its trouble"
    ).set_defaults(run=_list)
    actions.add_parser("dead", help="show deliveries that were given up").set_defaults(run=_dead)
    again = actions.add_parser("again", help="try a delivery that was given up anew")
    again.add_argument("delivery", help="its ID, as `guoji subscriptions dead` shows it")
    again.set_defaults(run=_again)


def _list(_args: argparse.Namespace) -> int:
    for each in _table().listed():
        made = each.subscription
        _print(
            made.id,
            made.query.owner or "operator",
            made.query.name,
            "stopped" if each.stopped else "stream" if made.schedule is None else "schedule",
            made.dest,
            f"looked up to entry {each.next_index}",
            f"waiting {each.waiting}",
            f"dead {each.dead}",
            each.trouble or "",
        )
    return 0


def _dead(_args: argparse.Namespace) -> int:
    for each in _table().dead():
        _print(each.id, each.dest, f"made {iso(each.made_at_ms)}", f"tried {each.tries} times", each.trouble)
    return 0


def _again(args: argparse.Namespace) -> int:
    _table().again(args.delivery, time.time_ns() // 1_000_000)
    return 0


def _table() -> "SubscriptionTable":
    from traceability.own_store import open_store

    return open_store(Settings.read(os.environ)).subscriptions


def _print(*columns: str) -> None:
    """On one line: parts of it come from outside."""
    shown: Sequence[str] = [" ".join(printable(column).split()) for column in columns]
    print("\t".join(shown).rstrip())
