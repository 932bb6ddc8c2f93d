"""The tables of live rooms: what they are, what is shown there, their records, and how many viewers came."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from traceability.store.schema import metadata

room = Table(
    "room",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("urn", String(45), nullable=False, unique=True),
    Column("party", String(13), nullable=False),
    Column("host", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("lang", String(5), nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("phase", String(9), nullable=False),
    Column("on_air_at_ms", BigInteger),
    Column("ended_at_ms", BigInteger),
    # Grows with each change, so that the slower one of two loses.
    Column("version", BigInteger, nullable=False),
    Column("key_digest", LargeBinary(32), nullable=False),
    # Both JSON: they are read and changed as a whole.
    Column("desk", Text, nullable=False),
    Column("offers", Text, nullable=False),
    # Serves the rooms of a party, the newest first.
    Index("ix_room_party", "party", "made_at_ms"),
    # Serves whoever looks many times a second which rooms have changed: few are open among many.
    Index(
        "ix_room_open",
        "code",
        "version",
        sqlite_where=text("ended_at_ms IS NULL"),
        postgresql_where=text("ended_at_ms IS NULL"),
    ),
)

# A code stays here when its offer is taken out of the room: it is never given out again.
room_offer = Table(
    "room_offer",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("room_code", ForeignKey(room.c.code), nullable=False),
)

air = Table(
    "air",
    metadata,
    Column("room_code", ForeignKey(room.c.code), primary_key=True),
    # What the overlays are sent; 0 before anything was.
    Column("shown", BigInteger, nullable=False),
    Column("shown_at_ms", BigInteger, nullable=False),
    # Number and time of the newest record, and up to which they are in events.
    Column("records", BigInteger, nullable=False),
    Column("record_at_ms", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),
    # At the end of the row: most look at the numbers only.
    Column("state", LargeBinary, nullable=False),
    # Serves `untold`: few rooms have something to tell, and there are those of years.
    Index(
        "ix_air_untold",
        "room_code",
        sqlite_where=text("records > told"),
        postgresql_where=text("records > told"),
    ),
)

air_record = Table(
    "air_record",
    metadata,
    Column("room_code", ForeignKey(room.c.code), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(9), nullable=False),
    # JSON, without the text of what was said.
    Column("body", Text, nullable=False),
    Column("event_key", String(64)),
    # Of the disclosure that holds what was said, once it stands in an event.
    Column("commitment", String(64)),
    # Serves `said_before`.
    Index(
        "ix_air_record_said",
        "at_ms",
        sqlite_where=text("commitment IS NOT NULL"),
        postgresql_where=text("commitment IS NOT NULL"),
    ),
)

# What was said until an event commits to it, some seconds later: then it moves to where it can be erased.
said_text = Table(
    "said_text",
    metadata,
    Column("room_code", String(6), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    ForeignKeyConstraint(["room_code", "number"], [air_record.c.room_code, air_record.c.number]),
)

# Struck claims that wait, each a row until it is settled or corrected: asked many times a second.
air_waiting = Table(
    "air_waiting",
    metadata,
    Column("room_code", String(6), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("wait", String(6), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["room_code", "number"], [air_record.c.room_code, air_record.c.number]),
)

visit = Table(
    "visit",
    metadata,
    Column("offer_code", String(6), primary_key=True),
    # Since 1970.
    Column("minute", Integer, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
)
