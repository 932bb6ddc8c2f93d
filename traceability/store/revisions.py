"""How often each register was changed: a row that grows, for those who keep what they read from it."""

from sqlalchemy import BigInteger, Column, Connection, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from traceability.store.schema import metadata

revision = Table(
    "revision",
    metadata,
    Column("register", String(16), primary_key=True),
    Column("number", BigInteger, nullable=False),
)


def register_changed(connection: Connection, register: str) -> None:
    """Note it within the transaction that changes it: pages that say what stood there go with its commit."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    first = dialect.insert(revision).values(register=register, number=1)
    again = first.on_conflict_do_update(
        index_elements=[revision.c.register], set_={"number": revision.c.number + 1}
    )
    connection.execute(again)


def read_revisions(connection: Connection) -> dict[str, int]:
    """By register."""
    return {row.register: row.number for row in connection.execute(select(revision))}
