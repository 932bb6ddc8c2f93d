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
    String,
    Table,
    Text,
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
    Column("old_size", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False),
    Column("block_number", BigInteger),
    Column("block_hash", String(66)),
    Column("block_time_s", BigInteger),
    # Serves `covering` and `open`.
    Index("ix_anchor_contract_state_size", "contract", "state", "size"),
)


class AnchorTable:
    """The anchors in one contract. Rows change only in their state and block; nothing is ever deleted."""

    def __init__(self, engine: Engine, contract: str) -> None:
        self._engine = engine
        self._contract = contract

    def keep(self, new: Anchor) -> None:
        values = {column: getattr(new, column) for column in _SAME} | {"contract": self._contract}
        values["block_time_s"] = None if new.block_time is None else int(new.block_time.timestamp())
        with self._engine.begin() as connection:
            if not connection.execute(
                update(anchor).where(anchor.c.tx_hash == new.tx_hash).values(values)
            ).rowcount:
                connection.execute(insert(anchor).values(values))

    def open(self) -> list[Anchor]:
        statement = (
            select(anchor).where(self._ours, anchor.c.state.in_(["sent", "mined"])).order_by(anchor.c.size)
        )
        with self._engine.connect() as connection:
            return [_anchor(row) for row in connection.execute(statement)]

    def covering(self, index: int) -> Anchor | None:
        statement = (
            select(anchor)
            .where(self._ours, anchor.c.state == "final", anchor.c.size > index)
            .order_by(anchor.c.size)
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(statement).first()
        return None if row is None else _anchor(row)

    @property
    def _ours(self) -> ColumnElement[bool]:
        return anchor.c.contract == self._contract


_SAME = ("tx_hash", "old_size", "size", "root", "note", "raw", "state", "block_number", "block_hash")


def _anchor(row: Row[tuple[object, ...]]) -> Anchor:
    fields = {column: getattr(row, column) for column in _SAME}
    at = row.block_time_s
    return Anchor(**fields, block_time=None if at is None else datetime.fromtimestamp(at, UTC))
