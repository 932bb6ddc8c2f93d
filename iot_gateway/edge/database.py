"""The one SQLite file of a box: its tables, and commits that survive kill -9 and a loss of power."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from traceability.errors import Refused, Unavailable

TABLES = ("kept", "settled", "receipt", "known", "standing")
"""Each has a column `device`."""
_VERSION = 1
_BUSY_S = 10
_SCHEMA = f"""
BEGIN;
CREATE TABLE kept (
  id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, topic TEXT NOT NULL,
  epoch INTEGER, number INTEGER, digest BLOB NOT NULL,
  whole BLOB NOT NULL, kept_at_ms INTEGER NOT NULL, payload BLOB NOT NULL,
  UNIQUE (device, whole, topic)
);
CREATE INDEX kept_in_order ON kept (device, id);
CREATE INDEX kept_by_number ON kept (device, epoch, number);
CREATE TABLE settled (
  device TEXT NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL, status INTEGER NOT NULL,
  digest BLOB NOT NULL, PRIMARY KEY (device, epoch, number)
) WITHOUT ROWID;
CREATE TABLE receipt (
  device TEXT NOT NULL, epoch INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (device, epoch)
);
CREATE TABLE known (
  device TEXT NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  chain BLOB NOT NULL, PRIMARY KEY (device, epoch, first)
) WITHOUT ROWID;
CREATE TABLE standing (
  device TEXT PRIMARY KEY, uplink TEXT NOT NULL DEFAULT 'not tried yet', receipt_at_ms INTEGER,
  held INTEGER NOT NULL DEFAULT 0, not_held INTEGER NOT NULL DEFAULT 0
);
PRAGMA user_version = {_VERSION};
COMMIT;
"""


class Database:
    """One connection for the threads of a box.

    Using it raises `Unavailable` while the disk is full, locked or away, and `Refused` if the file is
    damaged.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        # One at a time: `guoji edge status` beside a box that starts would make the tables a second time, and
        # SQLite waits for nobody who turns a file to WAL.
        with self._reporting(), _alone_in(file.parent):
            self._connection = sqlite3.connect(
                file, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            [(version,)] = self._connection.execute("PRAGMA user_version")
            if version == 0:
                self._connection.executescript(_SCHEMA)
        if version not in (0, _VERSION):
            raise Refused(f"{file} is of version {version}, want {_VERSION}: a newer Guoji has made it")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._reporting():
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; durable when this ends without an error, and else not there."""
        with self._lock, self._reporting():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def damaged(self, found: str) -> Refused:
        return Refused(
            f"{self._file} is damaged ({found}): move it away and start again; devices that keep what has "
            "no receipt send it once more, of the others the messages in this file are lost"
        )

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise Unavailable(f"{self._file}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise self.damaged(str(error)) from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        flock(descriptor, LOCK_EX)
        yield
    finally:
        os.close(descriptor)
