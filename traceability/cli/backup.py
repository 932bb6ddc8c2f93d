"""`guoji backup` and `guoji restore`: an installation as one file."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from traceability.settings import Settings

if TYPE_CHECKING:
    from traceability.upkeep.backup import Tell


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = commands.add_parser(
        "backup",
        help="write everything into one file, while it runs",
        description="Write the database as it is at this moment, documents, settings and trust policy into "
        "one file, each part with its SHA-256. Nothing has to stop. The file is the same for SQLite and "
        "PostgreSQL. The chain's state and the passphrase of the keys are never in it.",
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="must not be there yet")
    backup.add_argument(
        "--with-keys",
        action="store_true",
        help="also the keys; serials.key and the broker's passwords are not encrypted: guard the file",
    )
    _verbose(backup)
    backup.set_defaults(run=_backup)
    restore = commands.add_parser(
        "restore",
        help="make an installation from such a file",
        description="Restore into GUOJI_HOME and GUOJI_DATABASE (default: SQLite in the home), where nothing "
        "may be yet; all of it, or nothing if the file is damaged. Then recompute it as `guoji fsck` does, "
        "whose exit codes these are. Never run two copies of one installation.",
    )
    restore.add_argument("file", type=Path, metavar="FILE")
    _verbose(restore)
    restore.set_defaults(run=_restore)


def _verbose(command: argparse.ArgumentParser) -> None:
    command.add_argument("--verbose", action="store_true", help="also say how many rows each table has")


def _backup(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from traceability.upkeep.backup import backup

    settings = Settings.read(os.environ)
    manifest = backup(settings, args.file, args.with_keys, datetime.now(UTC), _tell(args))
    print(f"backup: {args.file}, {args.file.stat().st_size:,} bytes")
    print(f"newest checkpoint in it: {_size(manifest.checkpoint)}")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from traceability.cli.fsck import check
    from traceability.upkeep.restore import restore

    settings = Settings.read(os.environ, of_running=False)
    manifest = restore(args.file, settings, _tell(args))
    print(f"restored: {settings.home}, as of {manifest.taken_at}")
    print(f"newest checkpoint in it: {_size(manifest.checkpoint)}")
    # Read again: the settings of the backup stand in the home now.
    exit_code = check(Settings.read(os.environ, of_running=False))
    if not any(part.name.startswith("keys/") for part in manifest.parts):
        print(f"next: put the keys into {settings.keys}, and their passphrase where the settings say")
    print("next: if erasures.jsonl and high-water of the lost home are still there, put them into this one")
    return exit_code


def _size(note: str | None) -> str:
    from traceability.log.checkpoint import Checkpoint

    if note is None:
        return "none"
    checkpoint = Checkpoint.claimed(note)
    return f"{checkpoint.size} entries, root {checkpoint.root.hex()}"


def _tell(args: argparse.Namespace) -> "Tell":
    return partial(print, file=sys.stderr) if args.verbose else lambda _line: None
