"""`guoji fsck`: recompute everything that the store holds."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from traceability.cli.argument import whole
from traceability.cli.terminal import printable
from traceability.settings import Settings

T = TypeVar("T")

WHOLE, DIFFERS, NOT_CHECKED = 0, 1, 2
DESCRIPTION = """\
Recompute from the store, and believe nothing that is stored about it: entries and names from events, tiles
and roots from entries, the map of names, checkpoint, anchors, batches from readings, receipts, documents.
They are compared with the high-water mark, and with the chain if it answers. Says the first thing that
differs, and where. The system may run meanwhile; what comes during the check is not part of it.
"""
EPILOG = """\
Exit codes: 0 all is as it must be, 1 something differs, 2 the database went away in the middle.
Recomputing events takes longest: --from-index leaves out those that an earlier check has seen. All else is
recomputed from the beginning in any case.
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "fsck", help="recompute everything that the store holds", description=DESCRIPTION, epilog=EPILOG
    )
    command.add_argument(
        "--from-index",
        type=whole(0),
        default=0,
        metavar="N",
        help="do not recompute events and batches with entries before this one",
    )
    command.add_argument(
        "--all",
        type=whole(0),
        nargs="?",
        const=100,
        default=1,
        metavar="N",
        help="go on after the first difference, and list up to N (default 100)",
    )
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    return check(Settings.read(os.environ), args.from_index, args.all)


def check(settings: Settings, from_index: int = 0, at_most: int = 1) -> int:
    """Print what differs, `at_most` so many, and what was checked; the exit code."""
    from traceability.errors import Unavailable
    from traceability.upkeep.fsck import fsck

    progress, unchecked = Progress(), list[str]()
    count = 0
    try:
        for found in islice(fsck(settings, progress.watch, unchecked.append, from_index), at_most):
            count += 1
            print(printable(f"DIFFERS: {found}"), flush=True)
    except Unavailable as error:
        print(printable(f"not checked to the end: {error}"))
        return NOT_CHECKED
    for line in unchecked:
        print(printable(f"not checked: {line}"))
    print(f"checked: {progress.summary}")
    if count:
        print(f"{count} differ{'s' if count == 1 else ''}{'; there may be more' if count == at_most else ''}")
        return DIFFERS
    print("all is as it must be")
    return WHOLE


class Progress:
    """Counts what passes, and says on standard error how far it is, every few seconds."""

    every_s = 5.0

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._due_at_s = time.monotonic() + self.every_s

    @property
    def summary(self) -> str:
        return ", ".join(f"{count:,} {what}" for what, count in self._counts.items())

    def watch(self, what: str, total: int, items: Iterable[T]) -> Iterator[T]:
        started_at_s = time.monotonic()
        self._counts[what] = 0
        for item in items:
            yield item
            self._counts[what] += 1
            if time.monotonic() >= self._due_at_s:
                self._say(what, total, time.monotonic() - started_at_s)

    def _say(self, what: str, total: int, took_s: float) -> None:
        self._due_at_s = time.monotonic() + self.every_s
        done = self._counts[what]
        minutes, seconds = divmod(round(max(total - done, 0) * took_s / done), 60)
        print(
            f"{what}: {done:,} of {total:,}, {done / took_s:,.0f}/s, {minutes} min {seconds} s left",
            file=sys.stderr,
        )
