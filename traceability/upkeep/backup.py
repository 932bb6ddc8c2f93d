"""Put an installation as it is at one moment into one file, while everything goes on."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy import Connection, select

from traceability.errors import InvalidInput
from traceability.keys.files import new_secret, sync_names
from traceability.settings import Settings
from traceability.store import dump
from traceability.store.documents import is_digest
from traceability.store.log import checkpoint
from traceability.store.migrate import check_up_to_date, newest_revision
from traceability.store.schema import open_engine
from traceability.upkeep.backup_file import Manifest, Writer, may_hold

Tell = Callable[[str], object]
"""Takes one line about how far it has come."""

NOT_KEPT = (".new", ".token")
"""Among the keys: what a crash left unfinished, and tokens, of which another one can be issued."""


def backup(settings: Settings, file: Path, with_keys: bool, taken_at: datetime, tell: Tell) -> Manifest:
    """Write `file`, which must not be there yet; whole or not at all.

    Raises `InvalidInput` if there is nothing to back up, or a key that is not encrypted is to be in it.
    """
    if file.exists():
        raise InvalidInput(f"{file} is there already; a backup replaces nothing")
    keys = list(_keys(settings)) if with_keys else []
    unfinished = file.with_name(file.name + ".part")
    unfinished.unlink(missing_ok=True)
    engine = open_engine(settings.database_url)
    try:
        check_up_to_date(engine)
        with (
            new_secret(unfinished) as stream,
            ZipFile(stream, "w") as archive,
            dump.snapshot(engine) as connection,
        ):
            manifest = _write(Writer(archive), settings, connection, keys, taken_at, tell)
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(file)  # a write to an open file does not say which
        raise
    finally:
        engine.dispose()
    unfinished.rename(file)
    sync_names(file.absolute().parent)
    return manifest


def _write(
    writer: Writer,
    settings: Settings,
    connection: Connection,
    keys: Iterable[Path],
    taken_at: datetime,
    tell: Tell,
) -> Manifest:
    # The tables first: a document is kept before the event that names it, so all that the snapshot names are
    # there. Not the chain's state nor the high-water mark: either would vouch for another moment.
    for table in dump.tables():
        lines = dump.lines(connection, table)
        rows = writer.add(f"tables/{table.name}.jsonl", lines, dump.Shape.of(table))
        tell(f"{table.name}: {rows:,} rows")
    documents = sorted(each for each in (settings.home / "documents").glob("*") if is_digest(each.name))
    for each in documents:
        writer.add(f"documents/{each.name}", _pieces(each))
    tell(f"documents: {len(documents):,}")
    for each in _by_people(settings, tell):
        writer.add(f"home/{each.name}", _pieces(each))
    for each in keys:
        writer.add(f"keys/{each.name}", _pieces(each))
    note = select(checkpoint.c.note).where(checkpoint.c.origin == settings.origin)
    newest = connection.execute(note).scalar_one_or_none()
    return writer.finish(newest_revision(), settings.origin, f"{taken_at:%Y-%m-%dT%H:%M:%SZ}", newest)


def _by_people(settings: Settings, tell: Tell) -> Iterator[Path]:
    """The trust policy, the address book, and the settings with the files that they name in the home."""
    names = ("guoji.toml", settings.alerts_file, settings.cold_chain_file, settings.thresholds_file)
    files = (settings.trust_file, settings.address_book, *(settings.home / name for name in names))
    for each in dict.fromkeys(files):
        if not each.is_file():
            continue
        if each.parent == settings.home and may_hold(f"home/{each.name}"):
            yield each
        else:
            tell(f"not in it: {each}; only *.toml in {settings.home} itself are")


def _keys(settings: Settings) -> Iterator[Path]:
    """Every file among the keys but the passphrase. Raises `InvalidInput` for a private key in clear."""
    ring = settings.key_ring
    for held in ring.all():
        if not held.encrypted:
            raise InvalidInput(f"{held.file} is not encrypted; `guoji keys encrypt` makes it so")
    passphrases = {each.resolve() for each in ring.passphrase_files()}
    for each in sorted(settings.keys.iterdir()):
        if each.is_file() and each.suffix not in NOT_KEPT and each.resolve() not in passphrases:
            yield each


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(1 << 20):
            yield piece
