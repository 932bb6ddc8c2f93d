"""Real brokers for a test, as processes with our configuration."""

import shutil
import subprocess
from dataclasses import dataclass, replace

import pytest
import structlog

from iot_gateway import mosquitto
from iot_gateway.broker import start_broker, wait_until_open
from iot_gateway.inbox import MqttInbox
from iot_gateway.jetstream import JetStreamInbox
from traceability.ports import take_port

HOST = "127.0.0.1"
GROUP = "known-to-gateways-alone"


@dataclass(frozen=True, slots=True)
class Running:
    process: subprocess.Popen
    port: int
    native_port: int | None = None

    def inbox(self, address):
        """A gateway's, as there is one for this kind of broker; not open yet. `address`: by MQTT."""
        if self.native_port is None:
            return MqttInbox(address, GROUP, structlog.get_logger())
        native = replace(address, port=self.native_port, tls=False)
        return JetStreamInbox(native, structlog.get_logger())

    def stop(self):
        self.process.terminate()
        self.process.wait()


def start_nats(folder, passwords, certificate=None):
    broker = start_broker(folder, passwords, certificate=certificate)
    return Running(broker.process, broker.port, broker.native_port)


def start_mosquitto(folder, passwords, certificate=None):
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("the Debian package mosquitto is missing")
    port = take_port()
    config = mosquitto.write_config(folder, passwords, HOST, port, certificate)
    output = (folder / "log").open("ab")
    process = subprocess.Popen([program, "-c", str(config)], stdout=output, stderr=output)
    output.close()
    wait_until_open(process, HOST, port, folder / "log")
    return Running(process, port)


STARTERS = {"nats": start_nats, "mosquitto": start_mosquitto}
