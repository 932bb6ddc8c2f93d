"""Every anchor that was ever tried, from before it was sent."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Index,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from traceability.ledger.ports import Anchor
from traceability.store.schema import metadata

anchor = Table(
    "anchor",
    metadata,
    Column("tx_hash", String(66), primary_key=True),
    # A test chain that lost its state gets a new contract: what the old one held counts for nothing then.
    Column("contract", String(42), nullable=False),
    # Id of the key that signed the note: under each key our log is another one in the contract.
    Column("log_key", String(8), nullable=False, server_default=""),
    Column("old_size", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("sent_at_s", BigInteger, nullable=False, server_default="0"),
    Column("state", String(8), nullable=False),
    Column("block_number", BigInteger),
    Column("block_hash", String(66)),
    Column("block_time_s", BigInteger),
    # Serves every question below.
    Index("ix_anchor_contract_state_size", "contract", "state", "size"),
)


class AnchorTable:
    """The anchors in one contract. Rows change only in their state and block; nothing is ever deleted.

    Final ones count whichever of the log's keys they are under. Only those under `log_key` are under way.
    """

    def __init__(self, engine: Engine, contract: str, log_key: str = "") -> None:
        self._engine = engine
        self._contract = contract
        self._log_key = log_key

    def keep(self, new: Anchor) -> None:
        values = {column: getattr(new, column) for column in _SAME}
        values["sent_at_s"] = int(new.sent_at.timestamp())
        values["block_time_s"] = None if new.block_time is None else int(new.block_time.timestamp())
        with self._engine.begin() as connection:
            if not connection.execute(
                update(anchor).where(anchor.c.tx_hash == new.tx_hash).values(values)
            ).rowcount:
                here = {"contract": self._contract, "log_key": self._log_key}
                connection.execute(insert(anchor).values(values | here))

    def open(self) -> list[Anchor]:
        under_key = anchor.c.log_key == self._log_key
        last = select(func.coalesce(func.max(anchor.c.size), 0)).where(self._final, under_key)
        passed = last.scalar_subquery()
        # A tree is larger than what it extends: said again, since only `size` is in the index.
        could_be = (anchor.c.old_size >= passed) & (anchor.c.size > passed)
        waiting = self._ours & anchor.c.state.in_(["sent", "mined", "reverted"])
        return self._read(select(anchor).where(waiting, under_key, could_be))

    def last_final(self) -> Anchor | None:
        return self._first(select(anchor).where(self._final).order_by(anchor.c.size.desc()))

    def covering(self, index: int) -> Anchor | None:
        return self._first(select(anchor).where(self._final, anchor.c.size > index).order_by(anchor.c.size))

    def _first(self, statement: Select[tuple[object, ...]]) -> Anchor | None:
        return next(iter(self._read(statement.limit(1))), None)

    def _read(self, statement: Select[tuple[object, ...]]) -> list[Anchor]:
        with self._engine.connect() as connection:
            return [_anchor(row) for row in connection.execute(statement)]

    @property
    def _ours(self) -> ColumnElement[bool]:
        return anchor.c.contract == self._contract

    @property
    def _final(self) -> ColumnElement[bool]:
        return self._ours & (anchor.c.state == "final")


_SAME = ("tx_hash", "old_size", "size", "root", "note", "raw", "state", "block_number", "block_hash")


def _anchor(row: Row[tuple[object, ...]]) -> Anchor:
    fields = {column: getattr(row, column) for column in _SAME}
    mined_at_s = row.block_time_s
    return Anchor(
        **fields,
        sent_at=datetime.fromtimestamp(row.sent_at_s, UTC),
        block_time=None if mined_at_s is None else datetime.fromtimestamp(mined_at_s, UTC),
    )
