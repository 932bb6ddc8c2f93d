"""What a broker keeps of what it acknowledged while no gateway was there, and what is stored at last."""

import random
import time
from dataclasses import dataclass

from bench.durability.accounts import Account
from bench.durability.device import Device
from bench.durability.faults import audit
from bench.durability.journal import Journal
from bench.durability.scene import ALIASES, Scene
from iot_gateway.consumer import ACK_WAIT_S
from traceability.store.readings import ReadingTable
from traceability.store.schema import open_engine

READINGS = 2_000
WHILE_IT_TAKES_S = 0.3
"""Within this time the gateway is killed too: it takes longer to store what waits for it."""
QUIET_S = ACK_WAIT_S + 2
"""When nothing has come for so long, the broker has no more. The device is silent meanwhile."""


@dataclass(frozen=True, slots=True)
class Kept:
    by_broker: int
    """Of what it had acknowledged before it was killed, how many readings came out of it again."""
    account: Account
    """Once the device has sent again what no receipt covered."""


def kept_through_a_kill(scene: Scene, readings: int = READINGS) -> Kept:
    """The broker is killed when it has acknowledged all `readings`, and no gateway was there to take any.

    Then the gateway is killed while it takes what the broker still has.

    The broker runs before, and knows the gateway from an earlier time.
    """
    scene.start("gateway")
    scene.processes.end("gateway")
    journal, epoch = Journal(scene.journal_of(ALIASES[0])), time.time_ns() // 1_000_000
    device = Device(journal, scene.address_of(ALIASES[0]), scene.gateway, epoch)
    device.open()
    try:
        before = _stored(scene)
        for _ in range(readings):
            device.measure()
        while device.note_acknowledged():
            time.sleep(0.01)
        scene.kill("broker")
        scene.start("gateway")
        time.sleep(random.uniform(0, WHILE_IT_TAKES_S))
        scene.kill("gateway")
        by_broker = _when_quiet(scene, before + readings) - before
        device.settle()
    finally:
        device.close()
    return Kept(by_broker, audit(scene))


def _when_quiet(scene: Scene, want: int) -> int:
    """How many readings are stored once there are `want`, or no more come."""
    stored, since_s = _stored(scene), time.monotonic()
    while stored < want and time.monotonic() - since_s < QUIET_S:
        time.sleep(0.1)
        now = _stored(scene)
        if now != stored:
            stored, since_s = now, time.monotonic()
    return stored


def _stored(scene: Scene) -> int:
    engine = open_engine(scene.settings.database_url)
    try:
        return ReadingTable(engine).counts().readings
    finally:
        engine.dispose()
