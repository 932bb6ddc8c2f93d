"""The tables of named queries, of subscriptions and how far each looked, and of what is to be delivered."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from traceability.ledger.named_queries import LONGEST_NAME
from traceability.store.schema import metadata

named_query = Table(
    "named_query",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("owner", String(13), nullable=False),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("definition", Text, nullable=False),
    Column("prefixes", Text, nullable=False),
    # Serves `named` and, since an owner has few, `of`.
    UniqueConstraint("owner", "name"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("query_id", ForeignKey(named_query.c.id), nullable=False, index=True),
    # The name of the token that it was made with, and stops with.
    Column("token", String(64), nullable=False),
    Column("dest", Text, nullable=False),
    Column("secret", Text),
    # JSON; null for a stream.
    Column("schedule", Text),
    Column("report_if_empty", Boolean, nullable=False),
    Column("initial_record_time_ms", BigInteger),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("notified_at_ms", BigInteger),
    # Why nothing is sent any more.
    Column("stopped", Text),
    # Grows with each look, so that the slower one of two loses.
    Column("version", BigInteger, nullable=False),
    Column("looked_at_ms", BigInteger, nullable=False),
    # The next entry of the log to look at.
    Column("next_index", BigInteger, nullable=False),
    # Where the run that is under way ends; null between two, and for a stream.
    Column("run_until", BigInteger),
    Column("run_found", Boolean, nullable=False),
    Column("due_at_ms", BigInteger),
    Column("events_at_once", Integer, nullable=False),
)

delivery = Table(
    "subscription_delivery",
    metadata,
    Column("subscription_id", ForeignKey(subscription.c.id), primary_key=True),
    # The version of the subscription that the look made.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # Numbers of events, as a JSON list: the events themselves never change.
    Column("events", Text, nullable=False),
    Column("from_index", BigInteger, nullable=False),
    Column("to_index", BigInteger, nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    # Null for one that is not tried any more. One that was delivered is not here any more.
    Column("due_at_ms", BigInteger, index=True),  # serves `claim`
    # What came of the last try; null while one is under way.
    Column("trouble", Text),
)
