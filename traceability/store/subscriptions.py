"""Subscriptions as those who made them see them: added, listed, removed; and those that are in trouble."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from traceability.errors import InvalidInput, NoSuchName, Unknown
from traceability.ledger.named_queries import NamedQuery
from traceability.ledger.notify import EVENTS_AT_ONCE
from traceability.ledger.schedule import read_schedule
from traceability.ledger.subscriptions import Subscription
from traceability.store.log import log_entry, size_of_log
from traceability.store.named_queries import as_query
from traceability.store.subscription_tables import delivery, named_query, subscription
from traceability.store.terms import moment

_waits = delivery.c.due_at_ms.is_not(None)


@dataclass(frozen=True, slots=True)
class Listed:
    """A subscription as its operator sees it."""

    subscription: Subscription
    next_index: int
    waiting: int
    dead: int
    trouble: str | None
    """Why it stopped, or what came of the last try. In part from the receiver: hostile."""
    stopped: bool


@dataclass(frozen=True, slots=True)
class Dead:
    """A delivery that is not tried any more."""

    id: str
    dest: str
    made_at_ms: int
    tries: int
    trouble: str
    """What came of the last try. In part from the receiver: hostile."""


class SubscriptionTable:
    """The `SubscriptionStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, made: Subscription, due_at_ms: int | None, most_of_an_owner: int) -> None:
        theirs = (
            select(func.count())
            .select_from(subscription.join(named_query))
            .where(named_query.c.owner == made.query.owner)
        )
        with self._engine.begin() as connection:
            if connection.execute(theirs).scalar_one() >= most_of_an_owner:
                raise InvalidInput(
                    f"you have {most_of_an_owner} subscriptions, want no more: delete one first"
                )
            row = {
                "id": made.id,
                "query_id": made.query.id,
                "token": made.token,
                "dest": made.dest,
                "secret": made.secret,
                "schedule": made.schedule and orjson.dumps(made.schedule.fields).decode(),
                "report_if_empty": made.report_if_empty,
                "initial_record_time_ms": made.initial_record_time_ms,
                "created_at_ms": made.created_at_ms,
                "version": 0,
                "looked_at_ms": made.looked_at_ms,
                "next_index": _first_index(connection, made.initial_record_time_ms),
                "run_found": False,
                "due_at_ms": due_at_ms,
                "events_at_once": EVENTS_AT_ONCE,
            }
            _insert(connection, row)

    def of(self, query: NamedQuery, after: str, at_most: int) -> Sequence[Subscription]:
        asked = joined().where(
            named_query.c.id == query.id, subscription.c.id > after, subscription.c.stopped.is_(None)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by(subscription.c.id).limit(at_most)).mappings()
            return [as_subscription(row) for row in rows]

    def one(self, query: NamedQuery, subscription_id: str) -> Subscription:
        asked = joined().where(named_query.c.id == query.id, subscription.c.id == subscription_id)
        with self._engine.connect() as connection:
            row = connection.execute(asked).mappings().first()
        if row is None:
            raise _unknown(query, subscription_id)
        if row["stopped"] is not None:
            raise Unknown(f"subscription {subscription_id} has stopped: {row['stopped']}")
        return as_subscription(row)

    def remove(self, query: NamedQuery, subscription_id: str) -> None:
        mine = (subscription.c.query_id == query.id) & (subscription.c.id == subscription_id)
        with self._engine.begin() as connection:
            # Locked first, so that no look adds a delivery between the two.
            ours = connection.execute(select(subscription.c.id).where(mine).with_for_update()).scalars().all()
            connection.execute(delete(delivery).where(delivery.c.subscription_id.in_(ours)))
            if connection.execute(delete(subscription).where(mine)).rowcount == 0:
                raise _unknown(query, subscription_id)

    def listed(self) -> Sequence[Listed]:
        """All of them, oldest first."""
        asked = joined().add_columns(
            _count(_waits).label("waiting"),
            _count(~_waits).label("dead"),
            select(delivery.c.trouble)
            .where(delivery.c.subscription_id == subscription.c.id)
            .order_by(delivery.c.number.desc())
            .limit(1)
            .scalar_subquery()
            .label("trouble"),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by(subscription.c.id)).mappings()
            return [_listed(row) for row in rows]

    def dead(self) -> Sequence[Dead]:
        """What is not tried any more; oldest first."""
        asked = (
            select(delivery, subscription.c.dest)
            .join(subscription)
            .where(delivery.c.due_at_ms.is_(None))
            .order_by(delivery.c.subscription_id, delivery.c.number)
        )
        with self._engine.connect() as connection:
            return [
                Dead(f"{row.subscription_id}-{row.number}", row.dest, row.made_at_ms, row.tries, row.trouble)
                for row in connection.execute(asked)
            ]

    def again(self, delivery_id: str, now_ms: int) -> None:
        """Let one that is dead be tried anew. Raises `Unknown`."""
        subscription_id, _, number = delivery_id.rpartition("-")
        dead = (delivery.c.subscription_id == subscription_id) & delivery.c.due_at_ms.is_(None)
        is_number = number.isascii() and number.isdigit() and len(number) < 19
        anew = update(delivery).where(dead, delivery.c.number == (int(number) if is_number else -1))
        with self._engine.begin() as connection:
            if connection.execute(anew.values(due_at_ms=now_ms, tries=0)).rowcount == 0:
                raise Unknown(f"there is no dead delivery {delivery_id[:80]!r}; `guoji subscriptions dead`")


def _insert(connection: Connection, row: Mapping[str, Any]) -> None:
    try:
        connection.execute(insert(subscription).values(row))
    except IntegrityError as error:
        raise NoSuchName("the query was deleted in this moment") from error


def _unknown(query: NamedQuery, subscription_id: str) -> Unknown:
    return Unknown(f"{query.name} has no subscription {subscription_id[:80]!r}")


def _first_index(connection: Connection, since_ms: int | None) -> int:
    """Of the log: where the events that were captured since then begin, or what it takes next."""
    size = size_of_log(connection)
    if since_ms is None:
        return size
    # Through the index of `recorded_at_us`: it reads what will be looked at anyway.
    since = select(func.min(log_entry.c.index)).select_from(
        log_entry.join(moment, moment.c.event_id == log_entry.c.event_id)
    )
    first: int | None = connection.execute(
        since.where(moment.c.recorded_at_us >= since_ms * 1000)
    ).scalar_one()
    return size if first is None else first


def joined() -> Select[tuple[object, ...]]:
    """Subscriptions with their queries, for `as_subscription`."""
    query = [column.label(f"query_{column.name}") for column in named_query.c if column.name != "id"]
    return select(subscription, *query).select_from(subscription.join(named_query))


def as_subscription(row: RowMapping) -> Subscription:
    query = [row[f"query_{column.name}"] for column in named_query.c]
    return Subscription(
        id=row["id"],
        query=as_query(*query),
        token=row["token"],
        dest=row["dest"],
        secret=row["secret"],
        schedule=None if row["schedule"] is None else read_schedule(orjson.loads(row["schedule"])),
        report_if_empty=row["report_if_empty"],
        initial_record_time_ms=row["initial_record_time_ms"],
        created_at_ms=row["created_at_ms"],
        looked_at_ms=row["looked_at_ms"],
        notified_at_ms=row["notified_at_ms"],
    )


def _count(those: ColumnElement[bool]) -> ColumnElement[int]:
    mine = delivery.c.subscription_id == subscription.c.id
    return select(func.count()).select_from(delivery).where(mine, those).scalar_subquery()


def _listed(row: RowMapping) -> Listed:
    stopped: str | None = row["stopped"]
    return Listed(
        as_subscription(row),
        row["next_index"],
        row["waiting"],
        row["dead"],
        stopped or row["trouble"],
        stopped is not None,
    )
