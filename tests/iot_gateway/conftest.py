"""Real brokers, a store and a gateway between them."""

import shutil
import subprocess
from dataclasses import replace
from types import SimpleNamespace

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway import mosquitto
from iot_gateway.broker import free_port, start_broker, wait_until_open
from iot_gateway.inbox import MqttInbox
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import GATEWAY, Address, make_passwords
from traceability.log.note import NoteSigner
from traceability.store import all_tables  # noqa: F401 - puts every table on `metadata`
from traceability.store.devices import DeviceTable
from traceability.store.schema import metadata, open_engine
from traceability.telemetry.device import Device

DEVICES = ("cold-7", "cold-8")


@pytest.fixture
def signer():
    return NoteSigner("guoji.example/gateway", Ed25519PrivateKey.from_private_bytes(bytes(32)))


@pytest.fixture
def log():
    return structlog.get_logger()


@pytest.fixture
def passwords(tmp_path):
    return make_passwords(tmp_path / "passwords.json", [GATEWAY, *DEVICES])


@pytest.fixture(params=["nats", "mosquitto"])
def running(request, tmp_path, passwords):
    """A broker of each kind."""
    if request.param == "nats":
        broker = start_broker(tmp_path / "broker", passwords)
        process, port, native_port = broker.process, broker.port, broker.native_port
    else:
        process, port = start_mosquitto(tmp_path / "broker", passwords)
        native_port = None
    url = f"mqtt://127.0.0.1:{port}" if native_port is None else f"nats://127.0.0.1:{native_port}"
    yield SimpleNamespace(port=port, native_port=native_port, url=url)
    process.terminate()
    process.wait()


@pytest.fixture
def address_of(running, passwords):
    """The address of a user there."""
    return lambda user: Address("127.0.0.1", running.port, user, passwords[user])


@pytest.fixture
def new_inbox(running, address_of, log):
    """Makes a gateway's inbox, as there is one for this kind of broker; not open yet."""

    def make(user=GATEWAY):
        if running.native_port is None:
            return MqttInbox(address_of(user), log)
        return JetStreamInbox(replace(address_of(user), port=running.native_port), log)

    return make


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


@pytest.fixture
def database(tmp_path):
    """URL of a store in which `DEVICES` are registered."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    engine = open_engine(url, create=True)
    metadata.create_all(engine)
    for alias in DEVICES:
        giai = f"https://id.gs1.org/8004/9521321{alias}"
        place = "https://id.gs1.org/414/9521321000032"
        DeviceTable(engine).keep(Device(alias, giai, "9521321000018", {}, place, cold_chain=True))
    engine.dispose()
    return url
