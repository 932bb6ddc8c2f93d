"""What `guoji verify` can be asked."""

import argparse
from datetime import datetime
from pathlib import Path

from traceability.epcis.values import read_time
from traceability.errors import InvalidInput


def add_questions(command: argparse.ArgumentParser) -> None:
    command.add_argument("proof", metavar="PROOF-FILE-OR-URL")
    command.add_argument(
        "--trust",
        metavar="FILE",
        type=Path,
        help="what you believe beforehand; without it the verdict is Unchecked",
    )
    command.add_argument(
        "--subject",
        metavar="LINK",
        help="Digital Link of goods or key of an event: what it must be about; by default what the URL says",
    )
    command.add_argument(
        "--rpc",
        metavar="URL",
        action="append",
        default=[],
        help="a chain endpoint beside those of the trust file",
    )
    command.add_argument(
        "--disclosure",
        metavar="FILE",
        type=Path,
        help="personal data that you were shown: is it what the events commit to?",
    )
    command.add_argument(
        "--status",
        metavar="FILE-OR-URL",
        action="append",
        default=[],
        help="a laboratory's list of what it revoked, newer than the one in the proof",
    )
    command.add_argument(
        "--at",
        metavar="TIME",
        type=moment,
        help="what was on air then, in the record of a live room: a time with its zone, such as "
        "2026-11-22T20:31:07+08:00",
    )
    command.add_argument("--verbose", action="store_true", help="print every step of every event")
    command.add_argument("--json", action="store_true", help="print the report as JSON")


def moment(text: str) -> datetime:
    """A time with its zone, as an argument of a command."""
    try:
        found = read_time(text)
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text!r:.40} is no time, want one such as 2026-11-22T20:31:07+08:00"
        )
    return found
