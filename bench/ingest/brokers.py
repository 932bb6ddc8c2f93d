"""The brokers of a run: Mosquitto as `guoji` configures it, and the embedded NATS."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from iot_gateway import mosquitto
from iot_gateway.broker import start_broker, wait_until_open
from traceability.ports import take_port

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Running:
    mqtt_port: int
    settings: Mapping[str, str]
    """How the gateway is told of it."""
    port: int
    """Where a consumer connects."""


@contextmanager
def mosquitto_for(passwords: Mapping[str, str], folder: Path) -> Iterator[Running]:
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        raise SystemExit("there is no mosquitto: install the Debian package")
    port = take_port()
    config = mosquitto.write_config(folder, passwords, HOST, port)
    with (folder / "log").open("ab") as output:
        process = subprocess.Popen([program, "-c", str(config)], stdout=output, stderr=output)
    try:
        wait_until_open(process, HOST, port, folder / "log")
        yield Running(port, {"GUOJI_MQTT_URL": f"mqtt://{HOST}:{port}"}, port)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def nats_for(passwords: Mapping[str, str], folder: Path) -> Iterator[Running]:
    broker = start_broker(folder, passwords)
    try:
        settings = {"GUOJI_NATS_URL": f"nats://{HOST}:{broker.native_port}"}
        yield Running(broker.port, settings, broker.native_port)
    finally:
        broker.stop()


BROKERS = {"Mosquitto": mosquitto_for, "NATS": nats_for}
