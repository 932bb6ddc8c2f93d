"""One run: a fresh broker, a fresh database, and a consumer to be started between them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from subprocess import Popen

from bench.ingest import consumers
from bench.ingest.brokers import BROKERS
from bench.ingest.databases import NewDatabase, database_for
from bench.ingest.drain import Place
from bench.ingest.node_red import node_red
from bench.ingest.traffic import DEVICES, WARM_UP
from iot_gateway.logins import GATEWAY
from traceability.settings import Settings

OURS, BARE, NATS_PY, NODE_RED = SIDES = ("Guoji", "bare loop", "bare loop in nats-py", "Node-RED")

_NUMBER = count(1)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all runs share."""

    folder: Path
    publisher: Path
    settings: Settings
    passwords: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    place: Place
    start: Callable[[], AbstractContextManager["Popen[bytes]"]]
    """The consumer; again after a kill, it goes on where it was."""
    held: Callable[[], int]
    """Messages that it has stored."""
    different: Callable[[], int]
    """The same, each message counted once."""


@contextmanager
def run(bench: Bench, side: str, broker_name: str, new: NewDatabase) -> Iterator[Run]:
    folder = bench.folder / str(next(_NUMBER))
    folder.mkdir()
    password, log = bench.passwords[GATEWAY], folder / "log"
    with (
        BROKERS[broker_name](bench.passwords, folder / "broker") as broker,
        database_for([*DEVICES, WARM_UP], new) as database,
    ):
        place = Place(bench.publisher, broker.mqtt_port, bench.passwords, folder / "devices")
        loops = {
            BARE: ["bench.ingest.bare", "paho" if broker_name == "Mosquitto" else "nats"],
            NATS_PY: ["bench.ingest.bare_nats_py"],
        }
        if side == OURS:
            start = partial(consumers.gateway, bench.settings, broker, database, log)
        elif side == NODE_RED:
            start = partial(node_red, password, broker, database, folder / "node-red")
        else:
            start = partial(consumers.bare, loops[side], password, broker, database, log)
        if side == NODE_RED:
            yield Run(place, start, database.held_by_node_red, database.different_by_node_red)
        else:
            yield Run(place, start, database.held, database.different)
