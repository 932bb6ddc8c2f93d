"""What the troubles of a database mean to whoever runs it: one line each, with what to do."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import URL

_Told = Callable[[Path], str]

_OF_SQLITE: Mapping[int, _Told] = {
    sqlite3.SQLITE_FULL: lambda file: f"the disk is full: free some space in {file.parent}",
    sqlite3.SQLITE_BUSY: lambda file: f"{file} is locked by another process for too long: end that",
    sqlite3.SQLITE_IOERR: lambda file: (
        f"{file} cannot be read or may not grow: look at the disk, and at quota and limits of its files"
    ),
    sqlite3.SQLITE_READONLY: lambda file: f"{file} may not be written: look at its owner and its disk",
    sqlite3.SQLITE_CANTOPEN: lambda file: f"{file} cannot be opened: look whether its disk is there",
}
_OF_POSTGRESQL: Mapping[str, str] = {
    "53100": "the disk of the server is full: free some space there",
    "55P03": "another session has locked what we need for too long: pg_stat_activity shows which",
    "25006": "the server takes no writes: it is a standby, or set to read only",
    "53300": "the server has no connection left: raise its max_connections, or end other clients",
}


def told(error: BaseException, url: URL) -> str | None:
    """What `error` of the driver means; None if nothing is known of it."""
    if isinstance(error, sqlite3.Error):
        # The low byte says what it is, the others where it came up.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return _OF_SQLITE[code](Path(url.database or "")) if code in _OF_SQLITE else None
    return _OF_POSTGRESQL.get(getattr(error, "sqlstate", None) or "")
