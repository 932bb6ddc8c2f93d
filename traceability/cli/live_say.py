"""`guoji live say` and `guoji live rehearse`: what a host says, or is to say, held against the records."""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traceability.cli.live_studio import open_studio
from traceability.errors import InvalidInput
from traceability.live import short_code
from traceability.live.line import Line
from traceability.live.report_text import heard_text, report_text
from traceability.live.room import LANGUAGES
from traceability.live.script import lines_of_script
from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.live.said import Transcript
    from traceability.live.studio import Studio

_BAD_INPUT = 65


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both to the group `live`."""
    say = actions.add_parser(
        "say",
        help="take down what a host says, a line at a time from standard input",
        description="Each line is kept and checked against the lot that is on, as a line that is posted. "
        "Prints each sentence with its verdict, what is on record, and what to say instead. Exits 65 if a "
        "line could not be taken.",
    )
    say.set_defaults(run=_say)
    rehearse = actions.add_parser(
        "rehearse",
        help="hold a script against the records before going on air, and leave no trace of it",
        description="Rehearses the room with the whole script and all selling points of its offers, prints "
        "the report, and ends the rehearsal, of which nothing is kept. A line `@ CODE` in the script says of "
        "which offer the lines after it are.",
    )
    rehearse.add_argument("--script", metavar="FILE", type=Path, required=True, help="text in UTF-8")
    rehearse.set_defaults(run=_rehearse)
    for parser in (say, rehearse):
        parser.add_argument("room", metavar="ROOM", help="code of the room")
        parser.add_argument("--lang", choices=LANGUAGES, help="of what is printed; by default the room's own")


def _say(args: argparse.Namespace) -> int:
    studio = open_studio(Settings.read(os.environ))
    room = studio.rooms.store.room(short_code.read(args.room))
    return say(studio.transcript, room.code, sys.stdin, args.lang or room.lang)


def say(transcript: "Transcript", code: str, source: Iterable[str], lang: str) -> int:
    """Take down every line of `source`, and print what each of its sentences came to."""
    failed = False
    for line in source:
        try:
            for heard in transcript.said(code, [Line(line.strip())]):
                sys.stdout.write(heard_text(heard, lang))
        except InvalidInput as refusal:
            print(f"guoji: {refusal}", file=sys.stderr)
            failed = True
        # Each line at once: a transcript is piped through as it is made.
        sys.stdout.flush()
    return _BAD_INPUT if failed else 0


def _rehearse(args: argparse.Namespace) -> int:
    try:
        script = list(lines_of_script(args.script.read_text("utf-8")))
    except OSError as error:
        raise InvalidInput(f"cannot read {args.script}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{args.script} is not UTF-8 at byte {error.start}") from error
    studio = open_studio(Settings.read(os.environ))
    room = studio.rooms.store.room(short_code.read(args.room))
    sys.stdout.write(report_text(rehearse(studio, room.code, script), args.lang or room.lang))
    return 0


def rehearse(studio: "Studio", code: str, script: Iterable[Line]) -> dict[str, Any]:
    """The report on a script; nothing else is left of the rehearsal."""
    studio.rooms.rehearse(code)
    try:
        for line in script:
            studio.transcript.said(code, [line])
        return studio.reports.of(code)
    finally:
        studio.rooms.end_rehearsal(code)
