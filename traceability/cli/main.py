"""The entry of `guoji`: parses the command line, runs one command, turns a refusal into one line."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from traceability.cli import (
    claims,
    device,
    epcis,
    gateway,
    gs1,
    home,
    keys,
    prove,
    roles,
    simulate,
    status,
    token,
    up,
    verify,
)
from traceability.cli.terminal import printable
from traceability.errors import TraceError

USAGE, BAD_INPUT, INTERRUPTED = 64, 65, 130

GROUPS = (up, home, keys, device, roles, gateway, simulate, status, token, prove, verify, claims, epcis, gs1)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {printable(message)}\n")


def parser() -> argparse.ArgumentParser:
    root = _Parser(
        prog="guoji",
        description="Follow farm produce from the branch to the table, and prove that nobody rewrote it.",
        epilog="Start with `guoji up`, which makes an installation in ./guoji-home and runs all its parts. "
        "Exit codes: 0 done, 64 wrong usage, 65 something was refused (the line says what to do); "
        "`guoji verify` has its own.",
    )
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    args = parser().parse_args(argv)
    try:
        exit_code: int = args.run(args)
        sys.stdout.flush()
    except TraceError as refusal:
        return _refuse(str(refusal))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has stopped reading; say nothing more, and not at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return exit_code


def _refuse(reason: str) -> int:
    one_line = " ".join(reason.split())
    print(f"guoji: {printable(one_line)}", file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
