"""Alerts that are open, what is to be told of all of them, and the outbox that it goes into."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, exists, func, insert, select, update

from traceability.alerts.alert import Acknowledgement, Alert, Notice, Said
from traceability.alerts.ports import Lately, Undelivered
from traceability.alerts.watch import Kind
from traceability.errors import InvalidInput, Unavailable, Unknown
from traceability.store.alert_tables import alert, alert_change, alert_notice
from traceability.store.schema import insert_missing


class AlertTable:
    """The `Alerts` and the `Outbox` of alerting."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self) -> Sequence[Alert]:
        statement = select(alert).where(alert.c.resolved_at_ms.is_(None)).order_by(alert.c.id.desc())
        with self._engine.connect() as connection:
            return [_alert(row) for row in connection.execute(statement)]

    def of_devices(self, aliases: Collection[str], since_ms: int, at_most: int) -> Sequence[Alert]:
        """Those open, then those raised since and resolved, each newest first."""
        is_open = alert.c.resolved_at_ms.is_(None)
        statement = (
            select(alert)
            .where(alert.c.device.in_(aliases), is_open | (alert.c.raised_at_ms >= since_ms))
            .order_by(~is_open, alert.c.id.desc())
            .limit(at_most)
        )
        with self._engine.connect() as connection:
            return [_alert(row) for row in connection.execute(statement)]

    def with_number(self, number: int) -> Alert:
        with self._engine.connect() as connection:
            row = connection.execute(select(alert).where(alert.c.id == number)).first()
        if row is None:
            raise Unknown(f"there is no alert {number}")
        return _alert(row)

    def acknowledge(self, number: int, said: Acknowledgement) -> Alert:
        mine = alert.c.id == number
        with self._engine.begin() as connection:
            row = connection.execute(select(alert).where(mine).with_for_update()).first()
            if row is None:
                raise Unknown(f"there is no alert {number}; `guoji alerts list` shows those that are open")
            if row.resolved_at_ms is not None or row.acknowledged_at_ms is not None:
                raise InvalidInput(f"alert {number} is {_alert(row).state} already")
            values = {"acknowledged_at_ms": said.at_ms, "acknowledged_by": said.by, "comment": said.comment}
            connection.execute(update(alert).where(mine).values(values))
            return _alert(connection.execute(select(alert).where(mine)).one())

    def escalate(self, now_ms: int) -> int:
        due = (
            alert.c.resolved_at_ms.is_(None)
            & alert.c.acknowledged_at_ms.is_(None)
            & alert.c.escalated_at_ms.is_(None)
            & (alert.c.escalate_at_ms <= now_ms)
        )
        with self._engine.connect() as connection:
            if not connection.execute(select(exists().where(due))).scalar_one():
                return 0  # nearly always; and a question waits for nobody
        with self._engine.begin() as connection:
            numbers = connection.execute(select(alert.c.id).where(due).with_for_update()).scalars().all()
            for number in numbers:
                connection.execute(update(alert).where(alert.c.id == number).values(escalated_at_ms=now_ms))
                change = {"alert_id": number, "kind": Kind.ESCALATED.value, "in_a_summary": False}
                connection.execute(insert(alert_change).values(change))
        return len(numbers)

    def untold(self, at_most: int) -> Sequence[Said]:
        statement = (
            select(alert, alert_change.c.id.label("change"), alert_change.c.kind)
            .join(alert_change, alert_change.c.alert_id == alert.c.id)
            .where(alert_change.c.told_at_ms.is_(None))
            .order_by(alert_change.c.id)
            .limit(at_most)
        )
        with self._engine.connect() as connection:
            return [Said(row.change, Kind(row.kind), _alert(row)) for row in connection.execute(statement)]

    def lately(self, since_ms: int) -> Lately:
        told = alert_change.c.told_at_ms > since_ms
        alone = select(func.count()).select_from(alert_change).where(told, ~alert_change.c.in_a_summary)
        together = select(exists().where(told, alert_change.c.in_a_summary))
        with self._engine.connect() as connection:
            return Lately(connection.execute(alone).scalar_one(), connection.execute(together).scalar_one())

    def tell(self, said: Sequence[Said], notices: Sequence[Notice], now_ms: int, in_a_summary: bool) -> None:
        with self._engine.begin() as connection:
            for each in said:
                mine = (alert_change.c.id == each.number) & alert_change.c.told_at_ms.is_(None)
                values = {"told_at_ms": now_ms, "in_a_summary": in_a_summary}
                if connection.execute(update(alert_change).where(mine).values(values)).rowcount != 1:
                    raise Unavailable("alerts: somebody else has told of them meanwhile")
            put_out(connection, notices, now_ms)

    def claim(self, target: str, now_ms: int, until_ms: int) -> tuple[Notice, int] | None:
        due = (
            select(alert_notice)
            .where(alert_notice.c.target == target, alert_notice.c.due_at_ms <= now_ms)
            .order_by(alert_notice.c.due_at_ms)
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(due).first()
        if row is None:
            return None
        notice = _notice(row)
        free = _is(notice) & (alert_notice.c.due_at_ms == row.due_at_ms)
        with self._engine.begin() as connection:
            mine = update(alert_notice).where(free).values(due_at_ms=until_ms, tries=row.tries + 1)
            return (notice, row.tries) if connection.execute(mine).rowcount else None

    def sent(self, notice: Notice) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(alert_notice).where(_is(notice)))

    def failed(self, notice: Notice, why: str, due_at_ms: int | None) -> None:
        values = {"due_at_ms": due_at_ms, "trouble": why[:500]}
        with self._engine.begin() as connection:
            connection.execute(update(alert_notice).where(_is(notice)).values(values))

    def undelivered(self) -> Sequence[Undelivered]:
        statement = (
            select(alert_notice).where(alert_notice.c.trouble.is_not(None)).order_by(alert_notice.c.key)
        )
        with self._engine.connect() as connection:
            return [
                Undelivered(_notice(row), row.tries, row.trouble, row.due_at_ms)
                for row in connection.execute(statement)
            ]


def put_out(connection: Connection, notices: Sequence[Notice], now_ms: int) -> None:
    """Into the outbox, within the caller's transaction; those that are there already stay as they are."""
    rows = [
        {
            "key": each.key,
            "target": each.target,
            "subject": each.subject,
            "text": each.text,
            "body": each.body,
            "tries": 0,
            "due_at_ms": now_ms,
        }
        for each in notices
    ]
    insert_missing(connection, alert_notice, rows)


def _alert(row: Row[tuple[object, ...]]) -> Alert:
    acknowledged = None
    if row.acknowledged_at_ms is not None:
        acknowledged = Acknowledgement(row.acknowledged_at_ms, row.acknowledged_by, row.comment)
    return Alert(
        number=row.id,
        device=row.device,
        rule=row.rule,
        limits=row.limits,
        raised_at_ms=row.raised_at_ms,
        since_ms=row.since_ms,
        until_ms=row.until_ms,
        worst=None if row.worst is None else float(row.worst),
        acknowledged=acknowledged,
        escalated_at_ms=row.escalated_at_ms,
        resolved_at_ms=row.resolved_at_ms,
    )


def _notice(row: Row[tuple[object, ...]]) -> Notice:
    return Notice(row.key, row.target, row.subject, row.text, row.body)


def _is(notice: Notice) -> ColumnElement[bool]:
    return (alert_notice.c.key == notice.key) & (alert_notice.c.target == notice.target)
