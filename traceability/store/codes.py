"""Issued codes: their sets with the trees over them, and each serial once."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    cast,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from traceability.epcis.query.names import ANY_SERIAL
from traceability.errors import InvalidInput, Unavailable, Unknown
from traceability.gs1 import digital_link
from traceability.ledger.codes_store import Code, KeptSet, NewSet
from traceability.ledger.ports import StoredEvent
from traceability.log.merkle import HASH_BYTES
from traceability.store.bulk import insert_all
from traceability.store.events import insert_events
from traceability.store.revisions import register_changed
from traceability.store.schema import AT_ONCE, metadata
from traceability.store.terms import digest, term

code_set = Table(
    "code_set",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("gtin", String(14), nullable=False, index=True),
    Column("lot", Text, nullable=False, index=True),
    Column("party", String(13), nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("secret", LargeBinary(32), nullable=False),
    Column("each", Text),
    Column("uom", String(3)),
    Column("beside_others", Boolean, nullable=False),
    Column("issued_at_ms", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("event_key", String(64), nullable=False),
)

code = Table(
    "code",
    metadata,
    # The primary key is what makes a serial unique within its product, for ever.
    Column("gtin", String(14), primary_key=True),
    Column("serial", String(16), primary_key=True),
    Column("set_number", ForeignKey(code_set.c.number), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("withdrawn_at_ms", BigInteger),
    Index("ix_code_set", "set_number", "position", unique=True),
    # Serves the counts of those that were withdrawn: few among many.
    Index(
        "ix_code_withdrawn",
        "set_number",
        sqlite_where=text("withdrawn_at_ms IS NOT NULL"),
        postgresql_where=text("withdrawn_at_ms IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

code_tile = Table(
    "code_tile",
    metadata,
    Column("set_number", ForeignKey(code_set.c.number), primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

_TURN = 0x636F646573
"""Names our lock among the advisory ones of a PostgreSQL database."""
_EPCS = ("epc", "parentID", "inputEPC", "outputEPC")
_NEW = ("gtin", "lot", "party", "root", "secret", "each", "uom", "beside_others", "issued_at_ms")


class CodeTable:
    """Codes are added and withdrawn, never deleted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beside_others(self, gtin: str) -> bool | None:
        with self._engine.connect() as connection:
            return _beside_others(connection, gtin)

    def names_serials_of(self, gtin: str) -> bool:
        items = digital_link.product(gtin) + ANY_SERIAL
        named = term.c.digest.in_([digest(f"{field}={items}") for field in _EPCS])
        with self._engine.connect() as connection:
            return connection.execute(select(term.c.event_id).where(named).limit(1)).first() is not None

    def issued(self, gtin: str, serials: Collection[str]) -> dict[str, bool]:
        of_gtin = select(code.c.serial, code.c.withdrawn_at_ms).where(code.c.gtin == gtin)
        with self._engine.connect() as connection:
            return {
                serial: at_ms is not None
                for some in _portions(serials)
                for serial, at_ms in connection.execute(of_gtin.where(code.c.serial.in_(some)))
            }

    def keep(
        self,
        new: NewSet,
        serials: Sequence[str],
        tiles: Mapping[tuple[int, int], bytes],
        event: StoredEvent,
        most: int | None,
    ) -> KeptSet:
        count = len(serials)
        try:
            with self._engine.begin() as connection:
                _wait_for_turn(connection)
                _check_room(connection, new.lot, count, most)
                before = _beside_others(connection, new.gtin)
                if before is None or new.beside_others > before:
                    # Until now pages of lots were the answer to serials that are judged from now on.
                    register_changed(connection, code_set.name)
                insert_events(connection, [event])
                number = _insert_set(connection, new, count, event.key)
                rows = [(new.gtin, serial, number, index, None) for index, serial in enumerate(serials)]
                insert_all(connection, code, rows)
                insert_all(connection, code_tile, [(number, *at, hashes) for at, hashes in tiles.items()])
        except IntegrityError as error:
            raise Unavailable("another issue of codes was faster: no code was issued, try again") from error
        return KeptSet(number, new, count, event.key)

    def out(self, lot: str) -> int:
        with self._engine.connect() as connection:
            return _out(connection, lot)

    def sets(self) -> list[KeptSet]:
        with self._engine.connect() as connection:
            rows = connection.execute(_SETS.order_by(code_set.c.number)).mappings().all()
        return [_kept(row) for row in rows]

    def set(self, number: int) -> KeptSet:
        with self._engine.connect() as connection:
            row = connection.execute(_SETS.where(code_set.c.number == number)).mappings().first()
        if row is None:
            raise Unknown(f"there is no set of codes {number}; `guoji codes list` shows those that are")
        return _kept(row)

    def codes(self, number: int) -> list[Code]:
        of = self.set(number)
        columns = select(code.c.position, code.c.serial, code.c.withdrawn_at_ms)
        with self._engine.connect() as connection:
            rows = connection.execute(columns.where(code.c.set_number == number).order_by(code.c.position))
            return [Code(of, *row) for row in rows]

    def find(self, gtin: str, serial: str) -> Code | None:
        columns = select(code.c.set_number, code.c.position, code.c.withdrawn_at_ms)
        with self._engine.connect() as connection:
            row = connection.execute(columns.where(code.c.gtin == gtin, code.c.serial == serial)).first()
        return (
            None if row is None else Code(self.set(row.set_number), row.position, serial, row.withdrawn_at_ms)
        )

    def read_tile(self, number: int, level: int, index: int, width: int) -> bytes:
        at = (code_tile.c.set_number == number, code_tile.c.level == level, code_tile.c.position == index)
        with self._engine.connect() as connection:
            hashes: bytes = (
                connection.execute(select(code_tile.c.hashes).where(*at)).scalar_one_or_none() or b""
            )
        if len(hashes) < width * HASH_BYTES:
            raise Unknown(f"tile {index} of level {level} of set {number} holds {len(hashes)} bytes")
        return hashes[: width * HASH_BYTES]

    def withdraw(self, number: int, serials: Collection[str], now_ms: int) -> int:
        theirs = update(code).where(code.c.set_number == number, code.c.withdrawn_at_ms.is_(None))
        with self._engine.begin() as connection:
            return sum(
                connection.execute(
                    theirs.where(code.c.serial.in_(some)).values(withdrawn_at_ms=now_ms)
                ).rowcount
                for some in _portions(serials)
            )


_WITHDRAWN = (
    select(func.count())
    .select_from(code)
    .where(code.c.set_number == code_set.c.number, code.c.withdrawn_at_ms.is_not(None))
    .scalar_subquery()
    .label("withdrawn")
)
_SETS = select(code_set, _WITHDRAWN)


def _kept(row: RowMapping) -> KeptSet:
    new = NewSet(**{name: row[name] for name in _NEW})
    return KeptSet(row["number"], new, row["count"], row["event_key"], row["withdrawn"])


def _insert_set(connection: Connection, new: NewSet, count: int, event_key: str) -> int:
    values = {name: getattr(new, name) for name in _NEW}
    new_set = insert(code_set).values(**values, count=count, event_key=event_key)
    number: int = connection.execute(new_set.returning(code_set.c.number)).scalar_one()
    return number


def _wait_for_turn(connection: Connection) -> None:
    """One issue at a time: two of them cannot together go beyond a lot. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def _beside_others(connection: Connection, gtin: str) -> bool | None:
    shared = select(func.max(cast(code_set.c.beside_others, Integer))).where(code_set.c.gtin == gtin)
    found = connection.execute(shared).scalar_one()
    return None if found is None else bool(found)


def _out(connection: Connection, lot: str) -> int:
    rows = connection.execute(_SETS.where(code_set.c.lot == lot)).mappings()
    return sum(row["count"] - row["withdrawn"] for row in rows)


def _check_room(connection: Connection, lot: str, count: int, most: int | None) -> None:
    out = _out(connection, lot) if most is not None else 0
    if most is not None and out + count > most:
        raise InvalidInput(
            f"{lot} has goods for {most} codes, {out} are issued: {max(most - out, 0)} are left, asked were "
            f"{count}; capture what else was harvested, or withdraw codes that will not be used "
            "(`guoji codes withdraw`)"
        )


def _portions(values: Collection[str]) -> list[list[str]]:
    listed = list(values)
    return [listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE)]
