"""How each kind of broker is started over a folder of its own, and which way the gateway takes to it."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from iot_gateway import mosquitto
from iot_gateway.broker import broker_command
from traceability.errors import Unavailable

HOST = "127.0.0.1"
_OURS = ("autosave_interval ", "max_queued_messages ", "max_inflight_messages ")
"""What our configuration sets that Mosquitto by itself sets otherwise."""


@dataclass(frozen=True, slots=True)
class Ports:
    mqtt: int
    native: int
    """Of NATS alone."""


@dataclass(frozen=True, slots=True)
class Way:
    """From the devices to a gateway."""

    name: str
    command: Callable[[Path, Mapping[str, str], Ports], list[str]]
    """What to run for the broker, with its state in a folder and passwords by user."""
    pulls: bool = False
    """Whether the gateway pulls from JetStream; else it subscribes by MQTT."""

    def __str__(self) -> str:
        return self.name


def _nats(folder: Path, passwords: Mapping[str, str], ports: Ports) -> list[str]:
    return broker_command(folder, passwords, HOST, ports.mqtt, native_port=ports.native)


def _mosquitto(folder: Path, passwords: Mapping[str, str], ports: Ports) -> list[str]:
    return [_program(), "-c", str(mosquitto.write_config(folder, passwords, HOST, ports.mqtt))]


def _mosquitto_by_default(folder: Path, passwords: Mapping[str, str], ports: Ports) -> list[str]:
    """The same logins and topics; saves every half hour, and queues 1,000 messages for who is away."""
    command = _mosquitto(folder, passwords, ports)
    config = Path(command[-1])
    lines = config.read_text().splitlines(keepends=True)
    config.write_text("".join(line for line in lines if not line.startswith(_OURS)))
    return command


def _program() -> str:
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        raise Unavailable("there is no mosquitto: it is a package of Debian")
    return program


WAYS = (
    Way("NATS, by JetStream", _nats, pulls=True),
    Way("Mosquitto", _mosquitto),
    Way("Mosquitto by default", _mosquitto_by_default),
)
