"""The entry of `guoji`: all commands under one name."""

import argparse
import sys
from collections.abc import Sequence

from traceability.cli import (
    air,
    alert,
    alerts,
    audit,
    backup,
    balance,
    broker,
    claims,
    codes,
    deploy,
    device,
    edge,
    epcis,
    erase,
    export,
    fsck,
    gateway,
    gs1,
    home,
    imports,
    keys,
    labels,
    laboratory,
    links,
    live,
    notify,
    party,
    personal,
    prove,
    recall,
    recalls,
    recover,
    roles,
    scans,
    serve,
    simulate,
    status,
    subscriptions,
    token,
    up,
    verify,
    verify_receipt,
)
from traceability.cli.program import USAGE, Parser, run

GROUPS = (
    up,
    home,
    keys,
    backup,
    balance,
    device,
    broker,
    edge,
    roles,
    serve,
    alert,
    alerts,
    notify,
    air,
    subscriptions,
    deploy,
    gateway,
    simulate,
    status,
    fsck,
    recover,
    token,
    party,
    links,
    labels,
    live,
    laboratory,
    recall,
    recalls,
    personal,
    erase,
    codes,
    scans,
    prove,
    verify,
    verify_receipt,
    audit,
    claims,
    export,
    imports,
    epcis,
    gs1,
)


def parser() -> argparse.ArgumentParser:
    root = Parser(
        prog="guoji",
        description="Follow farm produce from the branch to the table, and prove that nobody rewrote it.",
        epilog="Start with `guoji up`, which makes an installation in ./guoji-home and runs all its parts. "
        "Exit codes: 0 done, 64 wrong usage, 65 something was refused (the line says what to do), "
        "70 a mistake of ours; `guoji verify`, `guoji verify-receipt` and `guoji audit` have their own.",
    )
    commands = root.add_subparsers(title="commands", metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    root.set_defaults(run=lambda _: _no_command(root))
    return root


def _no_command(root: argparse.ArgumentParser) -> int:
    root.print_help(sys.stderr)
    return USAGE


def main(argv: Sequence[str] | None = None) -> int:
    return run(parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
