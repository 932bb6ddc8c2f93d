"""What is killed under load, at random moments, and what that did to the devices' readings."""

import random
import time

from bench.durability.accounts import Account, account
from bench.durability.scene import ALIASES, Scene
from traceability.store.schema import open_engine

FAULTS = {
    "gateway": ("gateway",),
    "broker": ("broker",),
    "both": ("broker", "gateway"),
    "a device": (ALIASES[0],),
}
BETWEEN_S = (0.0, 0.8)
"""From when all work to the next kill."""


def kill_under_load(scene: Scene, fault: str, rounds: int) -> Account:
    """Kill `rounds` times while all devices send; what came of it once they have settled."""
    scene.start(*ALIASES)
    for _ in range(rounds):
        time.sleep(random.uniform(*BETWEEN_S))
        scene.kill(*FAULTS[fault])
    time.sleep(BETWEEN_S[1])
    scene.settle()
    return audit(scene)


def audit(scene: Scene) -> Account:
    """Of the devices that were started since it was last asked."""
    journals = {alias: list(files) for alias, files in scene.journals.items()}
    for files in scene.journals.values():
        files.clear()
    engine = open_engine(scene.settings.database_url)
    try:
        return account(engine, journals, scene.gateway)
    finally:
        engine.dispose()
