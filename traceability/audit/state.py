"""What an auditor remembers from one run to the next, in one SQLite file; it only ever holds what fitted."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from traceability.errors import Unavailable

_TABLES = (
    "CREATE TABLE IF NOT EXISTS remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS page (path BLOB PRIMARY KEY, page BLOB NOT NULL)",
)
_CACHE_KIB = 64 * 1024
_AT_ONCE = 500


class State:
    """Nothing is kept before `commit`; two audits over one file exclude each other."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @staticmethod
    @contextmanager
    def open(file: Path) -> Iterator["State"]:
        """Raises `Unavailable` while another audit has it, or if it is no such file."""
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, timeout=0)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("BEGIN EXCLUSIVE")
            for table in _TABLES:
                connection.execute(table)
            connection.commit()
            yield State(connection)
        except sqlite3.DatabaseError as error:
            hint = "; another audit is running" if "locked" in str(error) else ""
            raise Unavailable(f"{file}: {error}{hint}") from error
        finally:
            connection.close()

    def get(self, name: str) -> Any:  # noqa: ANN401 - whatever `put` was given
        row = self._connection.execute("SELECT value FROM remembered WHERE name = ?", [name]).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, name: str, value: object) -> None:
        row = (name, json.dumps(value))
        self._connection.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", row)

    def read_pages(self, paths: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """As `map_pages.ReadPages`."""
        found: dict[bytes, bytes] = {}
        wanted = list(paths)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT path, page FROM page WHERE path IN ({marks})"  # noqa: S608 - question marks only
            found |= dict(self._connection.execute(query, some))
        return found

    def write_pages(self, pages: Mapping[bytes, bytes]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO page VALUES (?, ?)", pages.items())

    def commit(self) -> None:
        self._connection.commit()

    def rollback(self) -> None:
        self._connection.rollback()
