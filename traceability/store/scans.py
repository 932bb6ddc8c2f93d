"""Scans of items: a row a phone and hour, counts beyond; salts that are destroyed; scratch codes opened."""

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, Row, case, delete, func, insert, select, update

from traceability.ledger.scan import HOUR_MS, Cell, Scan, Scanned, crowded_out, has_many
from traceability.store.scan_tables import (
    sample_item,
    scan,
    scan_salt,
    scanned_item,
    scratch_opening,
    scratch_try,
)
from traceability.store.schema import insert_missing
from traceability.store.sweep import sweep


class ScanTable:
    """The `ScanStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def salt(self, period: int) -> bytes:
        wanted = select(scan_salt.c.salt).where(scan_salt.c.period == period)
        with self._engine.connect() as connection:
            held: bytes | None = connection.scalar(wanted)
        if held is not None:
            return held
        with self._engine.begin() as connection:
            insert_missing(connection, scan_salt, [{"period": period, "salt": secrets.token_bytes(32)}])
            return bytes(connection.execute(wanted).scalar_one())

    def add(self, item: str, new: Scan) -> Scanned:
        with self._engine.begin() as connection:
            _hold(connection, item, new)
            before = _scanned(connection, item)
            lost = 0 if _grow(connection, item, new) else _keep(connection, item, before.scans, new)
            _count(connection, item, new.posts, lost)
        return before

    def of(self, item: str) -> Scanned:
        with self._engine.connect() as connection:
            return _scanned(connection, item)

    def most_scanned(self, since_ms: int, most: int, prefix: str) -> Sequence[str]:
        # By the index on `hour`.
        networks, posts = func.count(scan.c.network.distinct()), func.sum(scan.c.posts)
        statement = (
            select(scan.c.item)
            .where(scan.c.hour >= since_ms // HOUR_MS, scan.c.item.startswith(prefix, autoescape=True))
            .group_by(scan.c.item)
            .order_by(networks.desc(), posts.desc(), scan.c.item)
            .limit(most)
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(statement))

    def mark_sample(self, item: str, now_ms: int) -> None:
        """From now on it is shown to an audience. One that is marked already stays as it is."""
        with self._engine.begin() as connection:
            insert_missing(connection, sample_item, [{"item": item, "since_ms": now_ms}])

    def unmark_sample(self, item: str) -> bool:
        """Whether it was marked."""
        with self._engine.begin() as connection:
            return connection.execute(delete(sample_item).where(sample_item.c.item == item)).rowcount > 0

    def take_try(self, item: str, hour: int, network: bytes, most: int, most_of_all: int) -> bool:
        tries = scratch_try.c.tries
        all_tries = (scratch_try.c.item == item) & (scratch_try.c.hour == hour)
        one_more = update(scratch_try).where(all_tries, scratch_try.c.network == network, tries < most)
        row = {"item": item, "hour": hour, "network": network, "tries": 0}
        with self._engine.begin() as connection:
            # On PostgreSQL as many as ask in the same moment may be beyond `most_of_all`.
            if (connection.scalar(select(func.sum(tries)).where(all_tries)) or 0) >= most_of_all:
                return False
            insert_missing(connection, scratch_try, [row])
            return connection.execute(one_more.values(tries=tries + 1)).rowcount > 0

    def open_scratch(self, item: str, device: bytes, now_ms: int) -> tuple[int, bytes]:
        opening = {"item": item, "opened_at_ms": now_ms, "device": device}
        first = select(scratch_opening).where(scratch_opening.c.item == item)
        with self._engine.begin() as connection:
            insert_missing(connection, scratch_opening, [opening])
            row = connection.execute(first).one()
        return row.opened_at_ms, row.device

    def drop(self, before_ms: int, salts_before: int, presses_before_ms: int) -> int:
        self._destroy_salts(salts_before)
        self._forget_presses(presses_before_ms)
        hour, dropped = before_ms // HOUR_MS, 0
        while True:
            # An hour in one commit, so that nobody waits long.
            with self._engine.begin() as connection:
                oldest = connection.scalar(select(func.min(scan.c.hour)))
                if oldest is None or oldest >= hour:
                    return dropped
                dropped += connection.execute(delete(scan).where(scan.c.hour == oldest)).rowcount

    def _destroy_salts(self, before: int) -> None:
        old = scan_salt.c.period < before
        with self._engine.begin() as connection:
            due = connection.scalars(select(scan_salt.c.period).where(old)).all()
            # Overwritten at first: the row stays and says that the files are not clean yet.
            connection.execute(update(scan_salt).where(old).values(salt=secrets.token_bytes(32)))
        if due and sweep(self._engine, scan_salt.name):
            with self._engine.begin() as connection:
                connection.execute(delete(scan_salt).where(scan_salt.c.period.in_(due)))

    def _forget_presses(self, before_ms: int) -> None:
        opened = scratch_opening.c
        known = update(scratch_opening).where(opened.opened_at_ms < before_ms, opened.device != b"")
        with self._engine.begin() as connection:
            connection.execute(known.values(device=b""))
            connection.execute(delete(scratch_try).where(scratch_try.c.hour < before_ms // HOUR_MS))


def scan_counts(connection: Connection) -> dict[str, int]:
    """For people and machines that watch."""
    known = scanned_item.c
    counted = select(func.count(), func.sum(known.posts), func.sum(known.not_kept)).select_from(scanned_item)
    items, posts, not_kept = connection.execute(counted).one()
    opened = connection.scalar(select(func.count()).select_from(scratch_opening))
    return {
        "scanned_items": items,
        "scans": int(posts or 0),
        "scans_only_counted": int(not_kept or 0),
        "scratch_codes_opened": int(opened or 0),
    }


def _hold(connection: Connection, item: str, new: Scan) -> None:
    """Make whoever else adds a scan of this item wait, so that only one of them is the first."""
    row = {"item": item, "first_ms": new.first_ms, "posts": 0, "not_kept": 0}
    insert_missing(connection, scanned_item, [row])
    mine = select(scanned_item.c.item).where(scanned_item.c.item == item)
    connection.execute(mine.with_for_update())


def _count(connection: Connection, item: str, posts: int, not_kept: int) -> None:
    known = scanned_item.c
    more = {"posts": known.posts + posts, "not_kept": known.not_kept + not_kept}
    connection.execute(update(scanned_item).where(known.item == item).values(more))


def _keep(connection: Connection, item: str, kept: Sequence[Scan], new: Scan) -> int:
    """How many posts are only counted from now on, since their row made room."""
    if has_many(kept, new.network):
        new = new.as_one_of_many()
        if _grow(connection, item, new):
            return 0
    gone = crowded_out(kept, new)
    if gone is not None:
        connection.execute(delete(scan).where(_is_of(item, gone)))
    connection.execute(insert(scan).values(_row(item, new)))
    return 0 if gone is None else gone.posts


def _is_of(item: str, row: Scan) -> ColumnElement[bool]:
    return (scan.c.item == item) & (scan.c.hour == row.hour) & (scan.c.device == row.device)


def _grow(connection: Connection, item: str, new: Scan) -> bool:
    """Add to the row of this phone and hour; False if there is none."""
    # A place that is known later counts; one that was known stays.
    is_nowhere = scan.c.cell == ""
    more = {
        "last_ms": new.last_ms,
        "posts": scan.c.posts + new.posts,
        "cell": case((is_nowhere, _text(new.cell)), else_=scan.c.cell),
        "told": case((is_nowhere, new.told), else_=scan.c.told),
    }
    return connection.execute(update(scan).where(_is_of(item, new)).values(more)).rowcount > 0


def _scanned(connection: Connection, item: str) -> Scanned:
    # Both by their primary keys.
    total = connection.execute(select(scanned_item).where(scanned_item.c.item == item)).first()
    rows = connection.execute(select(scan).where(scan.c.item == item).order_by(scan.c.first_ms))
    sample = connection.scalar(select(sample_item.c.since_ms).where(sample_item.c.item == item))
    scans = tuple(map(_as_scan, rows))
    if total is None or not total.posts:
        return Scanned(scans, sample_since_ms=sample)
    # Not the column: that leaves out rows whose time was over.
    return Scanned(scans, total.first_ms, total.posts - sum(each.posts for each in scans), sample)


def _row(item: str, new: Scan) -> Mapping[str, object]:
    return {
        "item": item,
        "hour": new.hour,
        "device": new.device,
        "network": new.network,
        "first_ms": new.first_ms,
        "last_ms": new.last_ms,
        "cell": _text(new.cell),
        "posts": new.posts,
        "by_party": new.by_party,
        "told": new.told,
    }


def _as_scan(row: Row[tuple[object, ...]]) -> Scan:
    cell = Cell.read(row.cell) if row.cell else None
    return Scan(row.first_ms, row.last_ms, row.device, row.network, cell, row.posts, row.by_party, row.told)


def _text(cell: Cell | None) -> str:
    return "" if cell is None else str(cell)
