"""`guoji status`: what this installation holds, and what it could not understand."""

import argparse
import json
import os
from collections.abc import Mapping

from traceability.cli.terminal import printable
from traceability.settings import Settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    status = commands.add_parser(
        "status",
        help="count what is held, waiting, anchored and quarantined",
        description="Count what this installation holds. Quarantined payloads are listed by reason.",
    )
    status.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    status.set_defaults(run=_status)


def _status(args: argparse.Namespace) -> int:
    from traceability.cli.up import only_one
    from traceability.own_store import open_store

    settings = Settings.read(os.environ)
    counts = open_store(settings).counts
    counters, reasons = counts.all(), counts.quarantine_reasons()
    up = only_one(settings.home)
    if args.json:
        print(json.dumps({**counters, "up": up.is_held(), "quarantine_reasons": reasons}, ensure_ascii=False))
        return 0
    if up.file.exists() and not up.is_held():
        print("`guoji up` does not run here (any more): nothing is received, anchored or shown")
    for name, count in counters.items():
        print(f"{name.replace('_', ' '):32}{count:>12,}")
    _print_reasons(reasons)
    return 0


def _print_reasons(reasons: Mapping[str, int]) -> None:
    for reason, count in reasons.items():
        print(f"  quarantined: {printable(reason):60}{count:>8,}")
