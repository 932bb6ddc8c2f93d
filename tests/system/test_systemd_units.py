"""The units of deploy/systemd run the roles, each as a real process with its own environment and keys."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from iot_gateway.broker import broker_command
from iot_gateway.logins import PASSWORDS, read_passwords
from tests.system.running import GUOJI, STORY
from traceability.chain.devnet import CHAIN_ID
from traceability.chain.rpc import RpcChain
from traceability.cli.up import ROLES
from traceability.ports import take_port

PROJECT = Path(__file__).parents[2]
UNITS = PROJECT / "deploy" / "systemd"
NAMES = {role: f"guoji-{role}.service" for role in ROLES}
BOX = "guoji-edge.service"
"""On a machine of its own, with none of our keys."""
HOME, PASSPHRASE, PROGRAM = "/var/lib/guoji", "/etc/guoji/passphrase", "/opt/guoji/.venv/bin/guoji"


def read_unit(name):
    """What systemd sees of a unit: its values by section and key, those of the drop-in for all first."""
    values = defaultdict(list)
    for file in (UNITS / "guoji-.service.d" / "all-roles.conf", UNITS / name):
        section = ""
        for line in file.read_text().splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith("#"):
                key, _, value = line.partition("=")
                values[section, key].append(value)
    return values


def test_there_is_one_unit_for_each_role_and_one_for_a_box_and_nothing_else():
    assert {file.name for file in UNITS.glob("*.service")} == {*NAMES.values(), BOX}
    for role, name in {**NAMES, "edge": BOX}.items():
        assert read_unit(name)["Service", "ExecStart"] == [f"{PROGRAM} {role}"]


def test_a_role_sees_no_key_that_it_does_not_need():
    visible = {role: set(keys_for(read_unit(name), ALL_KEYS)) for role, name in NAMES.items()}

    assert visible == {
        "gateway": {"gateway.pem", PASSWORDS},
        "seal": set(),
        "publish": {"log.pem"},
        "anchor": {"chain.key"},
        "alert": set(),
        "notify": set(),
        "air": set(),
        "serve": {"serials.key"},
    }


ALL_KEYS = ("log.pem", "gateway.pem", "chain.key", "serials.key", PASSWORDS)


def keys_for(unit, names):
    hidden = {path.lstrip("-") for line in unit["Service", "InaccessiblePaths"] for path in line.split()}
    return [name for name in names if not hidden & {f"{HOME}/keys", f"{HOME}/keys/{name}"}]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
@pytest.mark.parametrize("name", [*NAMES.values(), BOX])
def test_systemd_finds_no_fault_in_a_unit_and_little_exposure(tmp_path, name):
    shutil.copytree(UNITS, tmp_path / "units")
    unit = tmp_path / "units" / name
    unit.write_text(unit.read_text().replace(PROGRAM, sys.executable))
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path / 'units'}:"}

    for words in (["verify"], ["security", "--offline=yes", "--threshold=20"]):
        done = subprocess.run(
            ["systemd-analyze", *words, str(unit)], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert words != ["verify"] or done.stderr == ""


@pytest.fixture
def installation(installed):
    """As the page of deploy/systemd makes it: the passphrase elsewhere, the addresses in guoji.toml."""
    running = installed()
    elsewhere = running.home.parent / f"{running.home.name}-etc"
    elsewhere.mkdir()
    (running.home / "passphrase").rename(elsewhere / "passphrase")
    (running.home / "guoji.toml").write_text(
        f"mqtt_url = 'mqtt://127.0.0.1:{take_port()}'\n"
        f"nats_url = 'nats://127.0.0.1:{take_port()}'\n"
        f"rpc_url = 'http://127.0.0.1:{take_port()}'\n"
        f"http_port = {take_port()}\n"
        "seal_every_s = 1\npublish_every_s = 0.3\nanchor_every_s = 0.5\n"
    )
    running.given["PASSPHRASE_FILE"] = str(elsewhere / "passphrase")
    return running


@pytest.fixture
def processes(installation):
    """Starts processes, and kills at the end those that are still there."""
    started = []

    def start(command, environment):
        with (installation.home / "up.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        started.append(process)
        return process

    yield start
    for process in reversed(started):
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def start_surroundings(installation, start):
    """Broker and chain, which the units expect to run elsewhere."""
    settings = installation.settings
    port, native_port = urlsplit(settings.mqtt_url).port, urlsplit(settings.nats_url).port
    command = broker_command(
        settings.home / "broker",
        read_passwords(settings.keys / PASSWORDS),
        "127.0.0.1",
        port,
        native_port=native_port,
    )
    start(command, dict(os.environ))
    start([*GUOJI, "devnet"], installation.environment)
    installation.wait_for("the chain", lambda: answers(settings.rpc_url))


def answers(url):
    try:
        return RpcChain(url).chain_id() == CHAIN_ID
    except Exception:  # noqa: BLE001 - whatever it is, it does not answer yet
        return False


def start_unit(name, installation, start, tmp_path):
    """Its command line, with no environment but its own, in a home that has only the keys it may see."""
    unit = read_unit(name)
    home, credentials = tmp_path / name / "home", tmp_path / name / "credentials"
    (home / "keys").mkdir(parents=True)
    for entry in installation.home.iterdir():
        if entry.name not in ("keys", "run"):
            (home / entry.name).symlink_to(entry)
    for key in keys_for(unit, os.listdir(installation.home / "keys")):  # noqa: PTH208 - names
        (home / "keys" / key).symlink_to(installation.home / "keys" / key)
    credentials.mkdir()
    for line in unit["Service", "LoadCredential"]:
        credential, _, source = line.partition(":")
        assert source == PASSPHRASE
        shutil.copy(installation.given["PASSPHRASE_FILE"], credentials / credential)
        (credentials / credential).chmod(0o440)
    values = (
        line.replace("%d", str(credentials)).replace(HOME, str(home))
        for line in unit["Service", "Environment"]
    )
    environment = dict(value.split("=", 1) for value in values)
    [command] = unit["Service", "ExecStart"]
    program, *words = shlex.split(command)
    assert program == PROGRAM
    return start(
        [Path(sys.executable).with_name("guoji"), *words], {"PATH": os.environ["PATH"], **environment}
    )


def test_the_units_take_a_reading_and_an_event_to_the_chain_and_end_cleanly(
    installation, processes, tmp_path
):
    start_surroundings(installation, processes)
    assert installation.guoji("deploy").returncode == 65  # it says which account needs money
    fund_account(installation)
    done = installation.guoji("deploy")
    assert done.returncode == 0, done.stderr

    units = {name: start_unit(name, installation, processes, tmp_path) for name in NAMES.values()}
    installation.wait_for("health", lambda: all(state == "ok" for state in installation.ready().values()))
    device = installation.device("logger-1")
    device.send(1_790_000_000_000, {"battery": 50})
    device.settle(60)
    device.close()
    installation.capture(*STORY)
    installation.wait_until_anchored()
    installation.audit()

    for process in units.values():
        process.send_signal(signal.SIGTERM)
    limit_s = int(read_unit(NAMES["serve"])["Service", "TimeoutStopSec"][0])
    assert {process.wait(limit_s) for process in units.values()} == {0}
    passphrase = Path(installation.given["PASSPHRASE_FILE"]).read_text().strip()
    assert passphrase not in installation.said()
    assert json.loads(installation.guoji("status", "--json").stdout)["readings"] == 1


def fund_account(installation):
    from traceability.chain.accounts import load_account
    from traceability.chain.devnet import fund

    settings = installation.settings
    fund(settings.rpc_url, load_account(settings.key_ring).address)
