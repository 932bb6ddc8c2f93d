"""The newest checkpoint that we signed, in a file beside the keys: an old copy of the database knows less."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from traceability.disk import writing
from traceability.errors import CheckpointConflict
from traceability.keys.files import write_secret


class HighWaterFile:
    """The `HighWaterMark` of the ledger. Belongs into no backup: an old mark would vouch for an old store."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def newest(self) -> str | None:
        try:
            return self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def replace(self, old: str | None, new: str) -> None:
        with _locked(self._file.parent), writing(self._file):
            if self.newest() != old:
                raise CheckpointConflict("the high-water mark has moved on: another publisher is running")
            write_secret(self._file, new.encode())


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Of two publishers in one home, also over two copies of the database, the slower one loses."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
