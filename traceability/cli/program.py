"""How a program of ours ends: with its own exit code, or with one line on what was refused."""

import argparse
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NoReturn

from traceability.cli.terminal import printable
from traceability.disk import FULL
from traceability.errors import TraceError

USAGE, BAD_INPUT, OUR_MISTAKE, INTERRUPTED = 64, 65, 70, 130


class Parser(argparse.ArgumentParser):
    """Of a command or an action too: what is wrong in one is told with its own usage, and what was meant."""

    def parse_known_args(  # type: ignore[override]  # nobody here hands in a namespace of another type
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            meant = _meant(unknown[0].partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")
        return known, unknown

    def _check_value(self, action: argparse.Action, value: str) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += _meant(value, action.choices or ())
            raise

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {printable(message)}\n")


def run(parser: argparse.ArgumentParser, argv: Sequence[str] | None = None) -> int:
    """Parse the command line and call what it sets as `run`; gives the exit code."""
    args = parser.parse_args(argv)
    try:
        exit_code: int = args.run(args)
        sys.stdout.flush()
    except TraceError as refusal:
        return _refuse(parser.prog, str(refusal))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has stopped reading; say nothing more, and not at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except OSError as error:
        return _refuse(parser.prog, _of_a_file(error))
    except Exception:  # noqa: BLE001  Python itself would exit with 1, which is a verdict of `guoji verify`.
        traceback.print_exc()
        return OUR_MISTAKE
    return exit_code


def _meant(word: str, there_are: Iterable[str]) -> str:
    near = get_close_matches(word, list(there_are), 1)
    return f"; is {near[0]} meant?" if near else ""


def _of_a_file(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    what_to_do = ": free some space on that disk" if error.errno in FULL else ""
    return f"{where}{error.strerror or error}{what_to_do}"


def _refuse(program: str, reason: str) -> int:
    one_line = " ".join(reason.split())
    print(f"{program}: {printable(one_line)}", file=sys.stderr)
    return BAD_INPUT
