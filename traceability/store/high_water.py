"""The newest checkpoint that we signed, in a file beside the keys: an old copy of the database knows less."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from traceability.keyfiles import write_secret
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import Note


class HighWaterFile:
    """The `HighWaterMark` of the ledger. Belongs into no backup: an old mark would vouch for an old store."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def newest(self) -> str | None:
        try:
            return self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def raise_to(self, note: str) -> None:
        with _locked(self._file.parent):
            held = self.newest()
            if held is None or _size(held) < _size(note):
                write_secret(self._file, note.encode())


def _size(note: str) -> int:
    return Checkpoint.from_text(Note.parse(note).text).size


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Of two publishers in one home, the slower one must not lower the mark."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
