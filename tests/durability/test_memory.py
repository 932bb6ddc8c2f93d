"""However much waits at the broker while the store is away, the gateway's memory stays as it was."""

import sqlite3
import time
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from bench.durability.brokers import WAYS
from bench.durability.scene import ALIASES, a_scene
from iot_gateway.inbox import MAX_HELD_BYTES
from iot_gateway.simulate.encode import encode_message
from traceability.store.readings import ReadingTable
from traceability.store.schema import open_engine
from traceability.telemetry import topics

OURS, TUNED, _ = WAYS
"""Mosquitto by default would keep 1,000 of them, and drop the others."""
BACKLOG_A_ROUND = 2_000
MOST_GROWTH_BYTES = MAX_HELD_BYTES + 32 * 1024 * 1024
"""What may wait in the gateway for the store, and as much as decoding one commit of 5,000 messages needs."""


@pytest.mark.timeout(0)
@pytest.mark.parametrize("way", [OURS, TUNED], ids=str)
def test_a_backlog_at_the_broker_stays_there_while_the_store_is_away(tmp_path, way, rounds):
    backlog = BACKLOG_A_ROUND * rounds
    url = f"sqlite:///{tmp_path / 'home' / 'guoji.db'}?timeout=0.5"
    with a_scene(tmp_path, way, DATABASE=url) as scene:
        scene.start("broker", "gateway")
        at_first = memory_of(scene)
        lock = sqlite3.connect(tmp_path / "home" / "guoji.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")

        publish(scene.address_of(ALIASES[0]), backlog)
        time.sleep(2)
        while_away = memory_of(scene)
        lock.execute("ROLLBACK")
        lock.close()
        wait_until_stored(scene, backlog)
        afterwards = memory_of(scene)

    print(f"{way}: {at_first >> 20}, {while_away >> 20}, {afterwards >> 20} MB, {backlog} waiting")
    assert max(while_away, afterwards) - at_first < MOST_GROWTH_BYTES


def publish(address, count):
    client = Client(CallbackAPIVersion.VERSION2, client_id=address.client_id, protocol=MQTTv311)
    client.username_pw_set(address.user, address.password)
    client.connect(address.host, address.port)
    client.loop_start()
    topic, now_ms = topics.readings(address.user), time.time_ns() // 1_000_000
    for number in range(1, count + 1):
        last = client.publish(topic, encode_message(address.user, 9, number, now_ms, {"battery": 80}), qos=1)
    last.wait_for_publish(120)
    client.disconnect()
    client.loop_stop()


def memory_of(scene):
    """Bytes that the gateway has in memory."""
    lines = Path(f"/proc/{scene.processes.pid_of('gateway')}/status").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(kilobytes) * 1024


def wait_until_stored(scene, count, within_s=300):
    engine, give_up_at_s = open_engine(scene.settings.database_url), time.monotonic() + within_s
    while (stored := ReadingTable(engine).counts().readings) < count:
        assert time.monotonic() < give_up_at_s, f"{stored} of {count} are stored"
        time.sleep(0.2)
    engine.dispose()
