"""Measures a crowd: 100,000 scans in a minute, caches cold at the start, a recall in the middle.

    python -m bench.scan.crowd [--scans 100000] [--seconds 60]

Everything of an installation runs on this machine. Most scan one lot, the others its items and other lots:
both languages, a tenth on connections of their own, a third with If-None-Match. Meanwhile a partner captures
events, and a logger sends readings, about that lot. In the middle its maker recalls it by `POST /recalls`.
Each answer is looked at: is it in the language asked for, and does it say "recalled" from two seconds after
the recall on? The sides have an installation each: the server alone, our recipe of nginx before it, and
nginx as many set it up. Prints the table of docs/benchmarks/scan.md.
"""

import argparse
import json
import secrets
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import brotli
import uvloop

from bench.scan.fronts import Front, alone, recipe, usual
from bench.scan.processes import memory_mib, processor_s
from bench.scan.scene import LOT, PATH, Scene, scene
from bench.scan.visitors import Crowd
from demo import cast
from demo.shapes import came_into_being, kilograms, seen, told
from iot_gateway.logins import GATEWAY, PASSWORDS, make_passwords
from traceability.gs1 import digital_link, serials
from traceability.keys.files import read_secret
from traceability.keys.ring import SERIALS

ITEMS, LOTS = 100, 20
OF_LOT, OF_ITEMS, OF_OTHERS = 0.7, 0.2, 0.1
ALLOWED_S = 2
PACE = {"SEAL_EVERY_S": "15", "PUBLISH_EVERY_S": "1", "ANCHOR_EVERY_S": "15"}
"""Batches and anchors four times as often as by default."""
COLUMNS = (
    "scans", "errors", "in another language", "stale", "took, s", "half of all, ms", "99 of 100, ms",
    "worst, ms", "server's processor, s", "memory, MiB", "events and readings meanwhile",
)  # fmt: skip


@dataclass(slots=True)
class Came:
    """What came of one crowd."""

    crowd: Crowd
    took_s: float
    recalled_paths: frozenset[str]
    worked_s: float
    """Processor time of the server."""
    meanwhile: "_Meanwhile"

    def errors(self) -> int:
        return sum(each.status not in (200, 304) for each in self.crowd.answers)

    def in_another_language(self) -> int:
        return sum(each.spoke != each.language for each in self.crowd.answers if each.status)

    def stale(self) -> int:
        from_s = self.meanwhile.recalled_at_s + ALLOWED_S
        says = {digest: _says_recalled(body) for digest, body in self.crowd.bodies.items()}
        return sum(
            not says[each.body]
            for each in self.crowd.answers
            if each.path in self.recalled_paths and each.answered_at_s > from_s and each.status in (200, 304)
        )


def main() -> int:
    args = _arguments()
    sides: dict[str, Front] = {
        "Guoji": alone,
        "the recipe of nginx before it": recipe,
        "nginx as usual before it": usual,
    }
    print(f"| | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}")
    ours = None
    for name, front in sides.items():
        came = _crowd(front, args.scans, args.seconds)
        ours = ours or came
        _show(name, came)
    return 1 if ours is None or ours.errors() or ours.stale() or ours.in_another_language() else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scans", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60)
    return parser.parse_args()


def _crowd(front: Front, scans: int, seconds: float) -> Came:
    with scene(**PACE) as lot, TemporaryDirectory() as folder:
        items, others = _tell(lot)
        running = lot.running
        before = running.pids()["serve"]
        running.kill("serve")  # its caches are cold
        running.wait_for(
            "serve", lambda: running.pids().get("serve") not in (None, before) and running.ready()
        )
        server = running.pids()["serve"]
        shares = {PATH: OF_LOT}
        shares |= {urlsplit(item).path: OF_ITEMS / ITEMS for item in items}
        shares |= {urlsplit(other).path: OF_OTHERS / LOTS for other in others}
        with front(running.settings.http_port, Path(folder)) as port:
            crowd = Crowd(port, f"127.0.0.1:{running.settings.http_port}", shares)
            meanwhile = _Meanwhile(lot, server, seconds / 2)
            worked_s = processor_s(server)
            began_s = time.monotonic()
            with ThreadPoolExecutor() as pool:
                beside = [pool.submit(each) for each in (meanwhile.recall, meanwhile.tell, meanwhile.watch)]
                uvloop.run(crowd.come(scans, seconds))
                took_s = time.monotonic() - began_s
                meanwhile.over.set()
            for each in beside:
                each.result()  # raises what went wrong
            recalled = frozenset({PATH, *(urlsplit(item).path for item in items)})
            worked_s = processor_s(server) - worked_s
            return Came(crowd, took_s, recalled, worked_s, meanwhile)


def _tell(lot: Scene) -> tuple[list[str], list[str]]:
    """Items of the lot and other lots, all captured and in the log."""
    house, line, gtin = cast.PACKHOUSE, cast.LINE, cast.PUNNET.gtin
    key = read_secret(lot.running.settings.keys / SERIALS)
    items = [
        digital_link.item(gtin, serials.issue(key, gtin, secrets.token_bytes(serials.RANDOM_BYTES)))
        for _ in range(ITEMS)
    ]
    others = [digital_link.lot(gtin, f"OTHER{number}") for number in range(LOTS)]
    name, now = {"guoji:name": told(cast.PUNNET.name)}, datetime.now(UTC)
    lot.capture(house, came_into_being(now, house, line, {**name, "guoji:lot": LOT}, epcList=items))
    for other in others:
        lot.capture(house, came_into_being(now, house, line, name, quantityList=[kilograms(other, 10)]))
    counts = lot.running.store.counts
    lot.running.wait_for("the log", lambda: not counts.all()["events_waiting_for_the_log"])
    return items, others


@dataclass(slots=True)
class _Meanwhile:
    """What goes on in an installation beside the crowd, each in a thread."""

    lot: Scene
    server: int
    recall_after_s: float
    over: threading.Event = field(default_factory=threading.Event)
    recalled_at_s: float = 0
    memory_mib: float = 0
    told: int = 0
    """Events and readings."""

    def recall(self) -> None:
        time.sleep(self.recall_after_s)
        goods = {"goods": LOT, "reason": "residue above its limit", "advice": "return it", "level": "1"}
        headers = {
            "Authorization": f"Bearer {self.lot.tokens[cast.PACKHOUSE.gln]}",
            "Content-Type": "application/json",
        }
        urlopen(
            Request(f"{self.lot.address}/recalls", json.dumps(goods).encode(), headers), timeout=60
        ).close()
        self.recalled_at_s = time.monotonic()

    def tell(self) -> None:
        """Five readings and one event a second about the lot that most scan."""
        settings = self.lot.running.settings
        make_passwords(settings.keys / PASSWORDS, [GATEWAY, cast.LOGGER.alias])
        device = self.lot.running.device(cast.LOGGER.alias)
        for number in count():
            if self.over.wait(0.2):
                break
            device.send(round(time.time() * 1000), {"air_temperature": 2 + number % 7 / 10})
            self.told += 1
            if number % 5 == 0:
                lots = [kilograms(LOT, 28.8)]
                body = seen(
                    datetime.now(UTC),
                    cast.CARRIER,
                    cast.DOCK,
                    "transporting",
                    "in_transit",
                    quantityList=lots,
                )
                self.lot.capture(cast.CARRIER, body)
                self.told += 1
        device.close()

    def watch(self) -> None:
        while not self.over.wait(0.5):
            self.memory_mib = max(self.memory_mib, memory_mib(self.server))


def _says_recalled(body: bytes) -> bool:
    try:
        page = brotli.decompress(body)
    except brotli.error:
        page = body
    return b"data-recalled" in page.partition(b"<head>")[0]


def _show(name: str, came: Came) -> None:
    waited_ms = [each.waited_s * 1000 for each in came.crowd.answers]
    cuts = quantiles(waited_ms, n=100)
    found = [len(waited_ms), came.errors(), came.in_another_language(), came.stale()]
    found += [came.took_s, cuts[49], cuts[98], max(waited_ms), came.worked_s]
    found += [came.meanwhile.memory_mib, came.meanwhile.told]
    print(f"| {name} | {' | '.join(f'{value:,.0f}' for value in found)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
