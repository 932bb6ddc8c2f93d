"""`guoji broker`: what it writes is taken by the broker, and lets in whom it should and nobody else."""

import os
import shlex
import shutil
import subprocess
import sysconfig
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog import get_logger

from iot_gateway.broker import wait_until_open
from iot_gateway.certificates import read_certificate
from iot_gateway.inbox import MqttInbox
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import PASSWORDS, address, group_of_gateways, read_passwords
from iot_gateway.nats import Connection, nats_address
from tests.iot_gateway.peer import Peer
from tests.iot_gateway.taker import Taker
from tests.iot_gateway.world import wait_until
from traceability.cli.main import main
from traceability.errors import Unavailable
from traceability.ports import take_port
from traceability.settings import Settings
from traceability.telemetry import topics
from traceability.upkeep.installation import make

HOST, NAME = "127.0.0.1", "localhost"
ADD = ["device", "add", "field-3", "--giai", "9521234FIELD3", "--place", "9521234000013"]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path / "home"))
    settings = Settings.read(os.environ)
    make(settings)
    main(ADD)
    return settings


@pytest.fixture
def write(settings, tmp_path, capsys, monkeypatch):
    """Run `guoji broker`: the command to run, and the settings with those that it prints."""
    capsys.readouterr()

    def run(kind, *words, folder=None):
        assert main(["broker", kind, str(tmp_path / (folder or kind)), *words]) == 0
        lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
        for line in lines[1:]:
            name, _, value = line.partition("=")
            if name != "GUOJI_GATEWAY_USER":
                monkeypatch.setenv(name, value)
        users = [line.partition("=")[2] for line in lines if line.startswith("GUOJI_GATEWAY_USER=")]
        return shlex.split(lines[0]), Settings.read(os.environ), users

    return run


@contextmanager
def running(command, port):
    """The printed command as a process, once it listens."""
    places = [sysconfig.get_path("scripts"), "/usr/sbin", "/usr/bin", "/usr/local/sbin"]
    program = shutil.which(command[0], path=os.pathsep.join(places))
    if program is None:
        pytest.skip(f"{command[0]} is missing")
    log = Path(command[-1]).with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen([program, *command[1:]], stdout=output, stderr=output)
    try:
        wait_until_open(process, HOST, port, log)
        yield process
    finally:
        process.terminate()
        process.wait()


def an_inbox(told, file, user):
    password = read_passwords(file)[user]
    if told.nats_url:
        return JetStreamInbox(nats_address(told.nats_url, user, password, told.mqtt_ca), get_logger())
    where = address(told.mqtt_url, user, password, told.mqtt_ca)
    return MqttInbox(where, group_of_gateways(file), get_logger())


@pytest.mark.slow
@pytest.mark.parametrize("tls", [True, False], ids=["with TLS", "without"])
@pytest.mark.parametrize("kind", ["mosquitto", "nats"])
def test_a_device_and_every_gateway_meet_at_a_broker_that_runs_as_it_was_told(settings, write, kind, tls):
    port, native_port = take_port(), take_port()
    words = ["--port", str(port), "--gateways", "2", *(["--name", NAME] if tls else [])]
    words += ["--native-port", str(native_port)] if kind == "nats" else []

    command, told, gateways = write(kind, *words)

    passwords = read_passwords(settings.keys / PASSWORDS)
    assert gateways == ["@gateway", "@gateway-2"]
    assert told.mqtt_url == (f"mqtts://{NAME}:{port}" if tls else f"mqtt://{HOST}:{port}")
    with running(command, port):
        takers = [Taker(an_inbox(told, settings.keys / PASSWORDS, user)) for user in gateways]
        device = Peer(address(told.mqtt_url, "field-3", passwords["field-3"], told.mqtt_ca))
        for number in range(100):
            device.publish(topics.readings("field-3"), b"%d" % number)
        wait_until(lambda: sum(len(taker.heard) for taker in takers) >= 100)
        for each in (device, *takers):
            each.close()
        assert all(taker.heard for taker in takers)
        if kind == "nats":
            with pytest.raises(Unavailable, match="Authorization Violation"):
                Connection(nats_address(told.nats_url, "field-3", passwords["field-3"], told.mqtt_ca))


@pytest.mark.parametrize("kind", ["mosquitto", "nats"])
def test_a_broker_that_others_could_listen_in_on_is_not_configured(settings, tmp_path, capsys, kind):
    assert main(["broker", kind, str(tmp_path / kind), "--listen", "0.0.0.0"]) == 65

    assert "passwords would cross the network in clear; say with --name" in capsys.readouterr().err
    assert not (tmp_path / kind).exists()


@pytest.mark.parametrize(
    "words", [["--port", "0"], ["--port", "x"], ["--gateways", "0"], ["--gateways", "-1"]], ids=" ".join
)
def test_what_is_no_number_for_it_is_wrong_usage(tmp_path, words):
    with pytest.raises(SystemExit) as ended:
        main(["broker", "mosquitto", str(tmp_path / "m"), *words])

    assert ended.value.code == 64


@pytest.mark.parametrize("name", ['quo"te', "back\\slash", "new\nline"])
def test_a_folder_that_no_configuration_can_name_is_refused(settings, tmp_path, capsys, name):
    assert main(["broker", "nats", str(tmp_path / name)]) == 65

    assert "brokers read no path with" in capsys.readouterr().err
    assert not (tmp_path / name).exists()


def test_the_command_that_is_printed_can_be_pasted_also_with_a_blank_in_its_path(write, tmp_path):
    command, _, _ = write("mosquitto", folder="in a shed")

    assert command == ["mosquitto", "-c", str(tmp_path / "in a shed" / "mosquitto.conf")]


def test_a_name_that_no_client_can_call_is_refused(settings, tmp_path, capsys):
    assert main(["broker", "nats", str(tmp_path / "n"), "--name", "*.farm.cn"]) == 65

    assert "'*.farm.cn' is no host name and no IP address" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["mosquitto", "nats"])
def test_called_again_it_adds_new_devices_and_keeps_passwords_and_certificate(
    settings, write, tmp_path, kind
):
    write(kind, "--name", NAME)
    before = read_passwords(settings.keys / PASSWORDS)
    certificate = read_certificate(tmp_path / kind / "broker.pem")
    main(["device", "add", "field-4", "--giai", "9521234FIELD4", "--place", "9521234000013"])
    main(["device", "withdraw", "field-3"])

    write(kind, "--name", NAME)

    after = read_passwords(settings.keys / PASSWORDS)
    written = "".join(file.read_text() for file in (tmp_path / kind).iterdir())
    assert after["@gateway"] == before["@gateway"]
    assert read_certificate(tmp_path / kind / "broker.pem") == certificate
    assert "field-4" in written
    assert "field-3" not in written


def test_both_kinds_of_broker_are_certified_by_one_authority_which_the_devices_are_told_of(
    settings, write, tmp_path, capsys
):
    write("mosquitto", "--name", NAME)
    _, told, _ = write("nats", "--name", NAME)

    for kind in ("mosquitto", "nats"):
        held = read_certificate(tmp_path / kind / "broker.pem")
        held.verify_directly_issued_by(read_certificate(told.mqtt_ca))
    main(["device", "password", "field-3"])
    assert told.mqtt_ca.read_text() in capsys.readouterr().out
