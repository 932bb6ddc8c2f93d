"""What is killed under load, at random moments, and what that did to the devices' readings."""

import random
import time
from collections.abc import Sequence

from bench.durability.accounts import Account, account
from bench.durability.scene import ALIASES, Scene
from traceability.store.schema import open_engine

FAULTS = {
    "gateway": ("gateway",),
    "broker": ("broker",),
    "both": ("broker", "gateway"),
    "a device": (ALIASES[0],),
}
LONGEST_S = 0.6
"""From when all work to the next kill."""


def kill_under_load(scene: Scene, faults: Sequence[str], rounds: int) -> Account:
    """Kill what each fault names in each round, while all devices send; what came of it in the end."""
    scene.start(*ALIASES)
    for _ in range(rounds):
        for fault in random.sample(faults, len(faults)):
            time.sleep(random.uniform(0, LONGEST_S))
            scene.kill(*FAULTS[fault])
    time.sleep(LONGEST_S)
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
