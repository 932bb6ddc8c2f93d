"""An installation whose broker, gateway and devices are processes of their own, to be killed."""

import os
import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.durability.brokers import HOST, Ports, Way
from bench.durability.processes import Processes
from iot_gateway.broker import wait_until_open
from iot_gateway.logins import GATEWAY, PASSWORDS, Address, make_passwords
from traceability.log.note import NoteVerifier
from traceability.own_policy import own_gateways
from traceability.own_store import open_store
from traceability.ports import take_port
from traceability.settings import PREFIX, Settings
from traceability.telemetry.device import Device
from traceability.upkeep.installation import make

ALIASES = ("cold-7", "cold-8")
BEGUN = {"gateway": "broker is there", **dict.fromkeys(ALIASES, "sending")}
"""What each part says once it has begun its work; the broker listens."""


@dataclass(slots=True)
class Scene:
    """One broker, one gateway, and as many devices as `ALIASES` has; nothing runs at first."""

    home: Path
    way: Way
    ports: Ports
    passwords: Mapping[str, str]
    environment: Mapping[str, str]
    processes: Processes
    journals: dict[str, list[Path]]
    """Of the devices that were started, by alias."""
    number: Iterator[int]

    @property
    def settings(self) -> Settings:
        return Settings.read(self.environment)

    @property
    def gateway(self) -> NoteVerifier:
        """The key that the receipts are signed with."""
        return own_gateways(self.settings)[-1]

    def address_of(self, alias: str) -> Address:
        return Address(HOST, self.ports.mqtt, alias, self.passwords[alias])

    def start(self, *parts: str) -> None:
        """Start broker, gateway, or the device of an alias; returns once all of them have begun."""
        for part in parts:
            process = self.processes.start(part, self._command(part), self.environment)
            if part == "broker":
                wait_until_open(process, HOST, self.ports.mqtt, self.processes.log_of(part))
        for part in parts:
            self.processes.wait_until_said(part, BEGUN.get(part, ""))

    def kill(self, *parts: str) -> None:
        """kill -9, and start again."""
        for part in parts:
            self.processes.end(part)
        time.sleep(random.uniform(0, 0.3))
        self.start(*parts)

    def settle(self) -> None:
        """Let the devices send again until receipts cover all they keep, or they give up."""
        self.processes.tell_to_end(*ALIASES)

    def journal_of(self, alias: str) -> Path:
        """A new one, for a device that is about to start."""
        self.journals[alias].append(self.home / f"{alias}-{next(self.number)}.journal")
        return self.journals[alias][-1]

    def _command(self, part: str) -> list[str]:
        if part == "broker":
            return self.way.command(self.home / "broker", self.passwords, self.ports)
        if part == "gateway":
            return [sys.executable, "-m", "traceability.cli.main", "gateway"]
        where = self.address_of(part)
        words = [str(self.journal_of(part)), where.host, str(where.port), where.user, where.password]
        return [sys.executable, "-m", "bench.durability.device", *words, self.gateway.vkey]


@contextmanager
def a_scene(folder: Path, way: Way, **settings: str) -> Iterator[Scene]:
    """An installation in `folder` with these settings; ends its processes."""
    ports = Ports(take_port(), take_port())
    ours = {"HOME": str(folder / "home"), "MQTT_URL": f"mqtt://{HOST}:{ports.mqtt}", **settings}
    if way.pulls:
        ours["NATS_URL"] = f"nats://{HOST}:{ports.native}"
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment = {**foreign, **{PREFIX + name: value for name, value in ours.items()}}
    passwords = _installed(Settings.read(environment))
    processes, journals = Processes(folder), {alias: list[Path]() for alias in ALIASES}
    try:
        yield Scene(folder, way, ports, passwords, environment, processes, journals, count())
    finally:
        processes.close()


def _installed(settings: Settings) -> Mapping[str, str]:
    """Make the installation and register the devices; passwords by user."""
    make(settings)
    store = open_store(settings)
    for alias in ALIASES:
        giai, place = f"https://id.gs1.org/8004/9521321{alias}", "https://id.gs1.org/414/9521321000032"
        store.devices.keep(Device(alias, giai, "9521321000018", {}, place, cold_chain=True))
    store.close()
    return make_passwords(settings.keys / PASSWORDS, [GATEWAY, *ALIASES])
