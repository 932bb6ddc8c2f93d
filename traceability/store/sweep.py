"""Leaves no deleted row in the files of the database, as far as it lets us (docs/operations.md)."""

import time

from sqlalchemy import Connection, Engine, text

from traceability.errors import Unavailable

_WAIT_MS = 2_000
"""For whoever reads what is to be cleared; others wait as long."""


def sweep(engine: Engine, table: str) -> bool:
    """False where somebody reads: then again later. `table`: which had the rows."""
    if engine.dialect.name == "sqlite":
        return _empty_write_ahead_log(engine)
    return _write_table_anew(engine, table)


def _empty_write_ahead_log(engine: Engine) -> bool:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        (usual_ms,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {usual_ms}")
    finally:
        connection.close()
    return not is_busy


def _write_table_anew(engine: Engine, table: str) -> bool:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not _no_snapshot_is_older(connection):
            return False
        connection.execute(text(f"SET lock_timeout = {_WAIT_MS}"))
        try:
            connection.execute(text(f"VACUUM (FULL) {table}"))
        except Unavailable:  # somebody holds the table
            return False
        finally:
            connection.execute(text("RESET lock_timeout"))
    return True


def _no_snapshot_is_older(connection: Connection) -> bool:
    """Whether nobody sees the database as it was before now: PostgreSQL keeps for them what was deleted."""
    now = connection.execute(text("SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)")).scalar_one()
    older = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND age(backend_xmin) > age(CAST(CAST(:now AS text) AS xid))"
    )
    deadline = time.monotonic() + _WAIT_MS / 1000
    while connection.execute(older, {"now": now}).scalar_one():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
