"""How far each subscription has looked, and what is to be delivered to it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Select,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from traceability.errors import Unavailable
from traceability.ledger.notify import MOST_OF_AN_OWNER, Delivery, Looked, Standing
from traceability.ledger.subscriptions import Subscription
from traceability.store.subscription_tables import delivery, named_query, subscription
from traceability.store.subscriptions import as_subscription, joined

AT_ONCE = 500
"""Subscriptions that one look is for."""
_waits = delivery.c.due_at_ms.is_not(None)


class NoticeTable:
    """The `Notices` of subscriptions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, size: int, now_ms: int) -> Sequence[Standing]:
        waiting = exists().where(delivery.c.subscription_id == subscription.c.id, _waits)
        stream = subscription.c.schedule.is_(None) & (subscription.c.next_index < size)
        run = subscription.c.run_until.is_not(None) | (subscription.c.due_at_ms <= now_ms)
        asked = joined().where(subscription.c.stopped.is_(None), ~waiting, stream | run)
        with self._engine.connect() as connection:
            # Those that were looked at least lately come first, so that nobody waits for ever.
            rows = connection.execute(asked.order_by(subscription.c.looked_at_ms).limit(AT_ONCE)).mappings()
            return [_standing(row) for row in rows]

    def keep(self, looks: Sequence[Looked]) -> None:
        if not looks:
            return
        with self._engine.begin() as connection:
            # In one order for all, so that two never wait for each other in a circle.
            for looked in sorted(looks, key=lambda each: each.before.subscription.id):
                _move(connection, looked.before, looked.after)
                if looked.delivery is not None:
                    connection.execute(insert(delivery).values(_row(looked.delivery)))

    def stop(self, subscription_id: str, why: str) -> None:
        mine = subscription.c.id == subscription_id
        with self._engine.begin() as connection:
            connection.execute(update(subscription).where(mine).values(stopped=why))

    def claim(self, now_ms: int, until_ms: int) -> Delivery | None:
        earlier = delivery.alias()
        # Of each subscription the oldest alone, so that a later one never overtakes it.
        is_first = ~exists().where(
            earlier.c.subscription_id == delivery.c.subscription_id,
            earlier.c.due_at_ms.is_not(None),
            earlier.c.number < delivery.c.number,
        )
        is_free = named_query.c.owner.not_in(_busy_owners(now_ms))
        due = (
            select(delivery)
            .select_from(delivery.join(subscription).join(named_query))
            .where(delivery.c.due_at_ms <= now_ms, is_first, is_free, subscription.c.stopped.is_(None))
            .order_by(delivery.c.due_at_ms)
            .limit(1)
        )
        while (row := self._first(due)) is not None:
            if self._take(row, until_ms):
                to = self._first(joined().where(subscription.c.id == row["subscription_id"]))
                return None if to is None else _delivery(row, as_subscription(to))
            # Somebody else was faster: ask anew what is due.
        return None

    def _first(self, asked: Select[Any]) -> RowMapping | None:
        """As the database is now; within one transaction it would stay as it was."""
        with self._engine.connect() as connection:
            return connection.execute(asked).mappings().first()

    def _take(self, row: RowMapping, until_ms: int) -> bool:
        free = (
            (delivery.c.subscription_id == row["subscription_id"])
            & (delivery.c.number == row["number"])
            & (delivery.c.due_at_ms == row["due_at_ms"])
        )
        values = {"due_at_ms": until_ms, "tries": row["tries"] + 1, "trouble": None}
        mine = update(delivery).where(free).values(values)
        with self._engine.begin() as connection:
            return connection.execute(mine).rowcount == 1

    def sent(self, done: Delivery, now_ms: int) -> None:
        mine = subscription.c.id == done.subscription.id
        with self._engine.begin() as connection:
            connection.execute(delete_from(delivery).where(_is(done)))
            connection.execute(update(subscription).where(mine).values(notified_at_ms=now_ms))

    def failed(self, tried: Delivery, why: str, due_at_ms: int | None) -> None:
        values = {"due_at_ms": due_at_ms, "trouble": why[:500]}
        with self._engine.begin() as connection:
            connection.execute(update(delivery).where(_is(tried)).values(values))

    def take_back(self, large: Delivery, events_at_once: int) -> bool:
        newest = (subscription.c.id == large.subscription.id) & (subscription.c.version == large.number)
        values = {
            "version": subscription.c.version + 1,
            "next_index": large.from_index,
            "events_at_once": events_at_once,
        }
        if large.subscription.schedule is not None:
            values["run_until"] = func.coalesce(subscription.c.run_until, large.to_index)
        with self._engine.begin() as connection:
            if connection.execute(update(subscription).where(newest).values(values)).rowcount == 0:
                return False
            connection.execute(delete_from(delivery).where(_is(large)))
            return True


def _busy_owners(now_ms: int) -> Select[tuple[str]]:
    under_way, to, query = delivery.alias(), subscription.alias(), named_query.alias()
    return (
        select(query.c.owner)
        .select_from(
            under_way.join(to, to.c.id == under_way.c.subscription_id).join(
                query, query.c.id == to.c.query_id
            )
        )
        # One that waits for its next try says why.
        .where(under_way.c.due_at_ms > now_ms, under_way.c.trouble.is_(None))
        .group_by(query.c.owner)
        .having(func.count() >= MOST_OF_AN_OWNER)
    )


def _move(connection: Connection, before: Standing, after: Standing) -> None:
    mine = (subscription.c.id == before.subscription.id) & (subscription.c.version == before.version)
    values = {
        "version": after.version,
        "looked_at_ms": after.subscription.looked_at_ms,
        "next_index": after.next_index,
        "run_until": after.run_until,
        "run_found": after.run_found,
        "due_at_ms": after.due_at_ms,
    }
    if connection.execute(update(subscription).where(mine).values(values)).rowcount != 1:
        raise Unavailable("subscriptions: somebody else has looked meanwhile")


def _row(made: Delivery) -> Mapping[str, Any]:
    return {
        "subscription_id": made.subscription.id,
        "number": made.number,
        "events": orjson.dumps(made.events).decode(),
        "from_index": made.from_index,
        "to_index": made.to_index,
        "made_at_ms": made.made_at_ms,
        "tries": made.tries,
        "due_at_ms": made.made_at_ms,
    }


def _standing(row: RowMapping) -> Standing:
    names = ("version", "next_index", "run_until", "run_found", "due_at_ms", "events_at_once")
    return Standing(as_subscription(row), **{name: row[name] for name in names})


def _delivery(row: RowMapping, to: Subscription) -> Delivery:
    return Delivery(
        to,
        row["number"],
        tuple(orjson.loads(row["events"])),
        row["from_index"],
        row["to_index"],
        row["made_at_ms"],
        row["tries"],
    )


def _is(one: Delivery) -> ColumnElement[bool]:
    return (delivery.c.subscription_id == one.subscription.id) & (delivery.c.number == one.number)
