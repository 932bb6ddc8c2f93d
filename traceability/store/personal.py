"""The one table from which rows are erased: personal data, and beside it what was erased."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    delete,
    select,
    text,
    update,
)

from traceability.errors import Erased
from traceability.ledger.personal import Erasure, Kept
from traceability.proof.personal import Disclosure
from traceability.store.room_tables import said_text
from traceability.store.schema import AT_ONCE, insert_missing, metadata
from traceability.store.sweep import sweep

disclosure = Table(
    "disclosure",
    metadata,
    Column("commitment", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("event_key", String(64), nullable=False),
    Column("submitter", String(13), nullable=False),
    Column("kept_at_ms", BigInteger, nullable=False),
)

erasure = Table(
    "erasure",
    metadata,
    Column("commitment", String(64), primary_key=True),
    Column("erased_at_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    # Whether the files below the tables are clean too; few are not, and not for long.
    Column("swept", Boolean, nullable=False, index=True),
)


class PersonalTable:
    """The `ErasableStore` of the ledger. All else in the database is kept for good."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, new: Sequence[Kept]) -> None:
        with self._engine.begin() as connection:
            keep_disclosures(connection, new)

    def kept(self, commitments: Sequence[str]) -> list[Kept]:
        with self._engine.connect() as connection:
            return [
                _kept(row)
                for some in _in_parts(commitments)
                for row in connection.execute(select(disclosure).where(disclosure.c.commitment.in_(some)))
            ]

    def erasures(self, commitments: Sequence[str]) -> Mapping[str, Erasure]:
        with self._engine.connect() as connection:
            return _erasures(connection, commitments)

    def all_erasures(self) -> list[Erasure]:
        statement = select(erasure).order_by(erasure.c.erased_at_ms, erasure.c.commitment)
        with self._engine.connect() as connection:
            return [_erasure(row) for row in connection.execute(statement)]

    def erase(self, erasures: Sequence[Erasure]) -> None:
        rows = [
            {
                "commitment": each.commitment,
                "erased_at_ms": each.erased_at_ms,
                "reason": each.reason,
                "swept": False,
            }
            for each in erasures
        ]
        commitments = [each.commitment for each in erasures]
        with self._engine.begin() as connection:
            # Remembered first: from here on nobody can hand the value in again.
            insert_missing(connection, erasure, rows)
            for some in _in_parts(commitments):
                connection.execute(delete(disclosure).where(disclosure.c.commitment.in_(some)))

    def sweep(self) -> bool:
        due = select(erasure.c.commitment).where(erasure.c.swept.is_(False))
        with self._engine.connect() as connection:
            unswept = list(connection.execute(due).scalars())
        if not unswept:
            return True
        # What was said on air stands in the other one for some seconds before it comes here.
        if not all(sweep(self._engine, each.name) for each in (disclosure, said_text)):
            return False
        with self._engine.begin() as connection:
            for some in _in_parts(unswept):
                connection.execute(update(erasure).where(erasure.c.commitment.in_(some)).values(swept=True))
        return True


def keep_disclosures(connection: Connection, new: Sequence[Kept]) -> None:
    """Keep them within the caller's transaction. `PersonalStore.keep` says the rest."""
    commitments = [each.disclosure.commitment for each in new]
    if connection.dialect.name == "postgresql":
        # Waits for an erasure under way, or that one waits for us: else both could come to be.
        connection.execute(text("LOCK TABLE erasure IN SHARE MODE"))
    for commitment, erased in _erasures(connection, commitments).items():
        raise Erased(f"the value of {commitment} was {erased}; nothing of this was kept")
    insert_missing(connection, disclosure, [_row(each) for each in new])


def _erasures(connection: Connection, commitments: Sequence[str]) -> Mapping[str, Erasure]:
    return {
        row.commitment: _erasure(row)
        for some in _in_parts(commitments)
        for row in connection.execute(select(erasure).where(erasure.c.commitment.in_(some)))
    }


def _in_parts(commitments: Sequence[str]) -> list[Sequence[str]]:
    return [commitments[start : start + AT_ONCE] for start in range(0, len(commitments), AT_ONCE)]


def _row(new: Kept) -> dict[str, object]:
    return {
        "commitment": new.disclosure.commitment,
        "name": new.disclosure.name,
        "salt": new.disclosure.salt,
        "value": new.disclosure.value,
        "event_key": new.event_key,
        "submitter": new.submitter,
        "kept_at_ms": new.kept_at_ms,
    }


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    opened = Disclosure(row.name, row.salt, row.value)
    return Kept(opened, row.event_key, row.submitter, row.kept_at_ms)


def _erasure(row: Row[tuple[object, ...]]) -> Erasure:
    return Erasure(row.commitment, row.erased_at_ms, row.reason)
