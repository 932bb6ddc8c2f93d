"""The tables of alerts, of what the rules know of each device, and of what is told."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from traceability.store.devices import device
from traceability.store.schema import metadata

_ID = BigInteger().with_variant(Integer, "sqlite")

alert_cursor = Table(
    "alert_cursor",
    metadata,
    Column("device", ForeignKey(device.c.alias), primary_key=True),
    # Grows with each look, so that the slower one of two loses.
    Column("version", BigInteger, nullable=False),
    Column("arrival", BigInteger, nullable=False),
    Column("last_received_at_ms", BigInteger),
    Column("check_at_ms", BigInteger, index=True),  # serves `unheard`
)

alert_watch = Table(
    "alert_watch",
    metadata,
    Column("device", ForeignKey(device.c.alias), primary_key=True),
    Column("rule", Text, primary_key=True),
    # `alerts.watch.Watch` as JSON.
    Column("watch", Text, nullable=False),
)

alert = Table(
    "alert",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("device", ForeignKey(device.c.alias), nullable=False),
    Column("rule", Text, nullable=False),
    Column("limits", Text, nullable=False),
    Column("raised_at_ms", BigInteger, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),
    # As the shortest decimal that reads back alike.
    Column("worst", Text),
    Column("acknowledged_at_ms", BigInteger),
    Column("acknowledged_by", Text),
    Column("comment", Text),
    Column("escalate_at_ms", BigInteger),
    Column("escalated_at_ms", BigInteger),
    Column("resolved_at_ms", BigInteger),
    # One open alert a device and rule; serves all questions about open ones.
    Index(
        "uq_alert_open",
        "device",
        "rule",
        unique=True,
        sqlite_where=text("resolved_at_ms IS NULL"),
        postgresql_where=text("resolved_at_ms IS NULL"),
    ),
    # Serves `FarmTable.alerts`.
    Index("ix_alert_device_raised_at_ms", "device", "raised_at_ms"),
)

alert_change = Table(
    "alert_change",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("alert_id", ForeignKey(alert.c.id), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("told_at_ms", BigInteger, index=True),  # serves `untold` and `lately`
    Column("in_a_summary", Boolean, nullable=False),
)

alert_notice = Table(
    "alert_notice",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    # Null for one that is not tried any more. One that was delivered is not here any more.
    Column("due_at_ms", BigInteger),
    Column("trouble", Text),
    # Serves `claim`.
    Index("ix_alert_notice_target_due_at_ms", "target", "due_at_ms"),
)
