"""Tables of scans: of an item, a row a phone and hour, salts, samples, and scratch codes opened or tried."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text

from traceability.store.schema import metadata

scanned_item = Table(
    "scanned_item",
    metadata,
    Column("item", Text, primary_key=True),
    Column("first_ms", BigInteger, nullable=False),
    Column("posts", BigInteger, nullable=False),
    Column("not_kept", BigInteger, nullable=False),
)
scan = Table(
    "scan",
    metadata,
    Column("item", Text, primary_key=True),
    # Since 1970. Tidying goes by it.
    Column("hour", Integer, primary_key=True, index=True),
    Column("device", LargeBinary, primary_key=True),
    Column("network", LargeBinary, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    # Two whole degrees, "" where the place is not known.
    Column("cell", Text, nullable=False),
    Column("posts", Integer, nullable=False),
    Column("by_party", Boolean, nullable=False),
    Column("told", Boolean, nullable=False),
)
# A backup has none of it: a copy that outlives the period would let hints be turned back.
scan_salt = Table(
    "scan_salt",
    metadata,
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    info={"not_in_backups": True},
)
sample_item = Table(
    "sample_item",
    metadata,
    Column("item", Text, primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
)
scratch_opening = Table(
    "scratch_opening",
    metadata,
    Column("item", Text, primary_key=True),
    Column("opened_at_ms", BigInteger, nullable=False),
    Column("device", LargeBinary, nullable=False),
)
scratch_try = Table(
    "scratch_try",
    metadata,
    Column("item", Text, primary_key=True),
    Column("hour", Integer, primary_key=True, index=True),
    Column("network", LargeBinary, primary_key=True),
    Column("tries", Integer, nullable=False),
)
