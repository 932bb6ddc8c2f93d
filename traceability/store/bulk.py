"""Puts many new rows into a table by the quickest way that its database has."""

from collections.abc import Sequence

import psycopg
from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError

from traceability.errors import Unavailable

Values = tuple[object, ...]
"""Of one row, in the order of the table's columns, as the driver takes them."""


def insert_all(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert `rows`, none of which may be there; where one is, SQLAlchemy's `IntegrityError` says so."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, [*rows])
    else:
        _copy(connection, table, rows)


def _copy(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({_names(table)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
    # What `open_engine` and SQLAlchemy do for all that goes through them.
    except psycopg.OperationalError as error:
        raise Unavailable(f"database: {error}") from error
    except psycopg.IntegrityError as error:
        raise IntegrityError(f"COPY {table.name}", None, error) from error


def _names(table: Table) -> str:
    return ", ".join(column.name for column in table.columns)
