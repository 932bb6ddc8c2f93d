"""Make an installation from a backup, in a home and a database where nothing is."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from traceability.errors import InvalidInput
from traceability.keys.files import new_secret, sync_names
from traceability.settings import Settings
from traceability.store import dump
from traceability.store.migrate import check_known, upgrade
from traceability.store.schema import open_engine
from traceability.upkeep.backup_file import Manifest, Part, Reader, opened

Tell = Callable[[str], object]
"""Takes one line about how far it has come."""


def restore(file: Path, settings: Settings, tell: Tell) -> Manifest:
    """Restore into `settings.home` and the database that `settings` name; all of it or nothing.

    Raises `InvalidInput` if either holds anything, or `file` is damaged, cut, altered, or newer than this
    code.
    """
    # The order is the whole point: (1) the files beside the new home, (2) the database in one transaction,
    # (3) the home gets its name. Everything was compared with its hash before (2) ends.
    #
    # A crash before (3) leaves no home; the next call removes the unfinished one. A database outside the home
    # may then be filled already, which the next call refuses: empty it first.
    if settings.home.exists() and any(settings.home.iterdir()):
        raise InvalidInput(f"{settings.home} is not empty; restore into a new home")
    unfinished = settings.home.with_name(settings.home.name + ".restoring")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with opened(file) as reader:
            check_known(reader.manifest.schema)
            # (1)
            unfinished.mkdir(mode=0o700, parents=True)
            for part in reader.manifest.parts:
                if part.shape is None:
                    _write(unfinished, part, reader, settings.database)
            # (2)
            _fill(replace(settings, home=unfinished), reader, tell)
            # (3)
            unfinished.replace(settings.home)
            sync_names(settings.home.parent)
            return reader.manifest
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write(home: Path, part: Part, reader: Reader, database: str) -> None:
    file = home / part.name.removeprefix("home/")
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with new_secret(file) as stream, closing(reader.lines(part)) as lines:
        stream.writelines(_with_database(lines, database) if file.name == "guoji.toml" else lines)


def _with_database(toml: Iterable[bytes], database: str) -> Iterator[bytes]:
    """The settings of what is restored must not lead to the database of what it was taken from."""
    yield f"database = {json.dumps(database)}\n".encode() if database else b""
    kept = [line for line in toml if not re.match(rb"\s*database\s*=", line)]
    try:
        is_gone = "database" not in tomllib.loads(b"".join(kept).decode())
    except ValueError:
        is_gone = False
    if not is_gone:
        raise InvalidInput("guoji.toml in the backup names its database in more than one line")
    yield from kept


def _fill(settings: Settings, reader: Reader, tell: Tell) -> None:
    engine = open_engine(settings.database_url, create=True)
    try:
        with engine.begin() as connection:
            dump.check_empty(connection)
            upgrade(connection, reader.manifest.schema)
            for part in reader.manifest.parts:
                if part.shape is not None:
                    tell(f"{part.shape.name}: {_load(connection, part.shape, part, reader):,} rows")
            upgrade(connection, "head")
    finally:
        engine.dispose()


def _load(connection: Connection, shape: dump.Shape, part: Part, reader: Reader) -> int:
    try:
        with closing(reader.lines(part)) as lines:
            return dump.load(connection, shape, lines)
    except SQLAlchemyError as error:
        raise InvalidInput(f"{part.name} does not fit its schema: {type(error).__name__}") from error
