"""Real brokers for a test, as processes with our configuration."""

import shutil
import subprocess

import pytest

from iot_gateway import mosquitto
from iot_gateway.broker import free_port, start_broker, wait_until_open


def start_nats(folder, passwords, certificate=None):
    """Its process and its port."""
    broker = start_broker(folder, passwords, certificate=certificate)
    return broker.process, broker.port


def start_mosquitto(folder, passwords, certificate=None):
    """Its process and its port."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("the Debian package mosquitto is missing")
    port = free_port("127.0.0.1")
    config = mosquitto.write_config(folder, passwords, "127.0.0.1", port, certificate)
    output = (folder / "log").open("ab")
    process = subprocess.Popen([program, "-c", str(config)], stdout=output, stderr=output)
    output.close()
    wait_until_open(process, "127.0.0.1", port, folder / "log")
    return process, port


STARTERS = {"nats": start_nats, "mosquitto": start_mosquitto}
