"""How far the arrivals of each device were looked at, and what its rules know."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, update

from traceability.alerts.ports import Looked, News
from traceability.alerts.rule import Rule
from traceability.alerts.watch import Change, Kind, Watch
from traceability.errors import Unavailable
from traceability.store.alert_tables import alert, alert_change, alert_cursor, alert_watch
from traceability.store.devices import device, device_state
from traceability.store.readings import as_reading, reading
from traceability.store.schema import insert_missing


class AlertWatchTable:
    """The `Watches` of alerting."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def news(self, received_after_ms: int, at_most: int) -> Sequence[News]:
        seen = func.coalesce(alert_cursor.c.arrival, 0)
        statement = (
            _looked_at()
            .add_columns(device_state.c.next_arrival)
            .where(device_state.c.next_arrival > seen + 1)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
            return [_news(connection, row, received_after_ms, at_most) for row in rows]

    def unheard(self, now_ms: int) -> Sequence[News]:
        statement = _looked_at().where(alert_cursor.c.check_at_ms <= now_ms)
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
            return [_of(connection, row, row.arrival, ()) for row in rows]

    def keep(self, looks: Sequence[Looked], now_ms: int) -> None:
        if not looks:
            return
        with self._engine.begin() as connection:
            # In the order of their aliases, so that two never wait for each other in a circle.
            for looked in sorted(looks, key=lambda each: each.news.device):
                _move_cursor(connection, looked)
                _keep_watches(connection, looked)
                for rule, change in looked.changes:
                    _keep_change(connection, looked.news.device, rule, change, now_ms)
                _keep_worst(connection, looked)

    def begin(self, rules: Sequence[Rule], now_ms: int) -> None:
        by_name = {rule.name: rule for rule in rules}
        known = select(alert_watch.c.rule, device.c.alias, device.c.cold_chain).join(device)
        with self._engine.begin() as connection:
            for row in connection.execute(known).all():
                rule = by_name.get(row.rule)
                if rule is None or not rule.is_for(row.alias, row.cold_chain):
                    _forget(connection, row.alias, row.rule, now_ms)
            connection.execute(update(alert_cursor).values(check_at_ms=alert_cursor.c.last_received_at_ms))


def _forget(connection: Connection, alias: str, rule: str, now_ms: int) -> None:
    connection.execute(delete(alert_watch).where(alert_watch.c.device == alias, alert_watch.c.rule == rule))
    mine = (alert.c.device == alias) & (alert.c.rule == rule) & alert.c.resolved_at_ms.is_(None)
    connection.execute(update(alert).where(mine).values(resolved_at_ms=now_ms))


def _looked_at() -> Select[tuple[object, ...]]:
    """Each device, with nulls where nobody has looked yet."""
    return select(
        device.c.alias,
        device.c.cold_chain,
        alert_cursor.c.version,
        alert_cursor.c.arrival,
        alert_cursor.c.last_received_at_ms,
    ).select_from(
        device.join(device_state, device_state.c.device == device.c.alias).outerjoin(
            alert_cursor, alert_cursor.c.device == device.c.alias
        )
    )


def _news(connection: Connection, row: Row[tuple[object, ...]], received_after_ms: int, at_most: int) -> News:
    statement = (
        select(reading)
        .where(
            reading.c.device == row.alias,
            reading.c.arrival > (row.arrival or 0),
            reading.c.arrival < row.next_arrival,
            reading.c.received_at_ms > received_after_ms,
        )
        .order_by(reading.c.arrival)
        .limit(at_most)
    )
    found = connection.execute(statement).all()
    # The last arrivals may be conflicts, or too old: they are passed over unless there is more to read.
    through = found[-1].arrival if len(found) == at_most else row.next_arrival - 1
    return _of(connection, row, through, found)


def _of(
    connection: Connection,
    row: Row[tuple[object, ...]],
    through: int,
    found: Sequence[Row[tuple[object, ...]]],
) -> News:
    return News(
        device=row.alias,
        cold_chain=row.cold_chain,
        version=row.version or 0,
        through=through,
        readings=tuple(as_reading(each) for each in found),
        last_received_at_ms=found[-1].received_at_ms if found else row.last_received_at_ms,
        watches=dict(_watches(connection, row.alias)),
    )


def _watches(connection: Connection, alias: str) -> Iterator[tuple[str, Watch]]:
    statement = select(alert_watch.c.rule, alert_watch.c.watch).where(alert_watch.c.device == alias)
    for row in connection.execute(statement):
        yield row.rule, Watch(**json.loads(row.watch))


def _move_cursor(connection: Connection, looked: Looked) -> None:
    """Takes the lock on the device's row, and keeps it until the commit."""
    news = looked.news
    values = {
        "version": news.version + 1,
        "arrival": news.through,
        "last_received_at_ms": news.last_received_at_ms,
        "check_at_ms": looked.check_at_ms,
    }
    insert_missing(connection, alert_cursor, [{"device": news.device, "version": 0, "arrival": 0}])
    mine = (alert_cursor.c.device == news.device) & (alert_cursor.c.version == news.version)
    if connection.execute(update(alert_cursor).where(mine).values(values)).rowcount != 1:
        raise Unavailable(f"alerts of {news.device}: somebody else has looked meanwhile")


def _keep_watches(connection: Connection, looked: Looked) -> None:
    for rule, watch in looked.watches.items():
        if watch == looked.news.watches.get(rule):
            continue
        mine = (alert_watch.c.device == looked.news.device) & (alert_watch.c.rule == rule)
        text = json.dumps(asdict(watch))
        if not connection.execute(update(alert_watch).where(mine).values(watch=text)).rowcount:
            connection.execute(insert(alert_watch).values(device=looked.news.device, rule=rule, watch=text))


def _keep_worst(connection: Connection, looked: Looked) -> None:
    """An alert that stays open says the worst so far."""
    for rule, watch in looked.watches.items():
        if watch.is_open and watch.worst is not None:
            mine = (alert.c.device == looked.news.device) & (alert.c.rule == rule)
            still_open = mine & alert.c.resolved_at_ms.is_(None)
            connection.execute(update(alert).where(still_open).values(worst=repr(watch.worst)))


def _keep_change(connection: Connection, alias: str, rule: Rule, change: Change, now_ms: int) -> None:
    worst = None if change.worst is None else repr(change.worst)
    if change.kind is Kind.RAISED:
        escalate_at_ms = None if rule.escalate_after_ms is None else now_ms + rule.escalate_after_ms
        statement = insert(alert).values(
            device=alias,
            rule=rule.name,
            limits=rule.limits,
            raised_at_ms=now_ms,
            since_ms=change.since_ms,
            worst=worst,
            escalate_at_ms=escalate_at_ms,
        )
        number = connection.execute(statement.returning(alert.c.id)).scalar_one()
    else:
        mine = (alert.c.device == alias) & (alert.c.rule == rule.name) & alert.c.resolved_at_ms.is_(None)
        number = connection.execute(select(alert.c.id).where(mine)).scalar_one()
        values = {"until_ms": change.until_ms, "worst": worst, "resolved_at_ms": now_ms}
        connection.execute(update(alert).where(alert.c.id == number).values(values))
    connection.execute(
        insert(alert_change).values(alert_id=number, kind=change.kind.value, in_a_summary=False)
    )
