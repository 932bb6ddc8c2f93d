"""`guoji recover`: fetch what an old copy of the store lacks."""

import argparse
import os

from traceability.cli.terminal import printable
from traceability.settings import Settings

DESCRIPTION = """\
After an old copy of the database was restored, `guoji publish` signs nothing, since what it signs would be a
fork. This fetches the missing entries, with their names, from a mirror of our own public log, checks them
under a checkpoint that our key signed, and puts them back. Then publishing goes on. Events that are lost stay
lost, but for their entries: proofs made before still verify, and new ones of them cannot be made here.
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "recover",
        help="fetch what an old copy of the database lacks",
        description=DESCRIPTION,
        epilog="Example: guoji recover --from https://old.my-farm.cn; or the folder of a `guoji audit`.",
    )
    command.add_argument(
        "--from",
        dest="source",
        required=True,
        metavar="URL|FOLDER",
        help="what serves our log under /log/, or a folder laid out so",
    )
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from traceability.upkeep.recover import recover

    done = recover(Settings.read(os.environ), args.source, lambda line: print(printable(line)))
    if done.first == done.size:
        print(f"nothing was missing: our store holds {done.size} entries")
        return 0
    print(f"put back: entries {done.first} to {done.size - 1}")
    print(f"  with their events, which were still queued: {done.with_event}")
    print(f"  known by entry only, since their events are lost: {done.without_event}")
    print("next: `guoji fsck`; publishing goes on by itself")
    return 0
