"""`guoji up`: every part of an installation with one command."""

import argparse
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import structlog

from traceability.cli import own_broker
from traceability.cli.forked import Forked, make_ready
from traceability.cli.journal import journal
from traceability.cli.kept_ports import KeptPorts
from traceability.cli.loop import until_told_to_stop
from traceability.cli.supervisor import Child, Supervisor, program
from traceability.errors import Refused, Unavailable
from traceability.keys.files import write_secret
from traceability.one_at_a_time import OneAtATime
from traceability.own_policy import policy_text
from traceability.ports import take_port
from traceability.proof.trust import MAX_CHARACTERS
from traceability.settings import Settings, addresses_file

UP_WITHIN_S = 90
ROLES = ("gateway", "seal", "publish", "anchor", "alert", "notify", "air", "serve")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    up = commands.add_parser(
        "up",
        help="run everything: broker, chain, gateway, log, web pages",
        description="Run all parts of an installation, and start again whatever dies. Makes the installation "
        "first if there is none. Without GUOJI_MQTT_URL and GUOJI_RPC_URL it starts its own broker and its "
        "own private test chain. Everything listens on this machine only, unless told otherwise. "
        "Ctrl-C ends it.",
    )
    up.set_defaults(run=_up)


def _up(_args: argparse.Namespace) -> int:
    from traceability.upkeep.installation import make

    given = Settings.read(os.environ, of_running=False)
    log, stop = journal("up", given.log_json), until_told_to_stop()
    make_ready()
    made = make(given)
    if made.token is not None:
        # Into a file that only its owner reads: what is logged is kept, and read by many.
        file = given.keys / "administrator.token"
        write_secret(file, f"{made.token}\n".encode())
        log.info("installation made", home=str(given.home), administrator_token_in=str(file))
    (given.home / "run").mkdir(parents=True, exist_ok=True)
    with only_one(given.home).held():
        _run(given, _with_addresses(given, log), stop, log)
    return 0


def only_one(home: Path) -> OneAtATime:
    """Two of us would run two brokers and two chains on the same files."""
    return OneAtATime(home / "run" / "up.lock", f"`guoji up` runs already in {home}")


def _run(
    given: Settings,
    settings: Settings,
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> None:
    supervisor = Supervisor(settings.home / "run", log)
    try:
        _start_all(given, settings, supervisor, stop, log)
        addresses_file(settings.home).write_text(_addresses(settings), encoding="utf-8")
        log.info("up", url=f"http://{settings.http_host}:{settings.http_port}", to_stop="Ctrl-C")
        supervisor.watch(stop)
    finally:
        addresses_file(settings.home).unlink(missing_ok=True)
        supervisor.stop()


def _addresses(settings: Settings) -> str:
    names = ("mqtt_url", "mqtt_public_url", "mqtt_ca_file", "nats_url", "rpc_url", "http_port")
    shown = {name: getattr(settings, name) for name in names}
    # A string of ours in JSON is the same in TOML.
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in shown.items())


def _with_addresses(given: Settings, log: structlog.typing.FilteringBoundLogger) -> Settings:
    """The settings in which every part that we start ourselves has its address."""
    ports = KeptPorts(given.home / "run" / "ports.json", log)
    settings = replace(given, http_port=ports.port("web", given.http_host, given.http_port))
    if not given.mqtt_url:
        settings = own_broker.addressed(
            settings, _mqtt_port(given, ports), ports.port("nats", "127.0.0.1", 4222)
        )
    if not given.rpc_url:
        settings = replace(settings, rpc_url=f"http://127.0.0.1:{ports.port('chain', '127.0.0.1', 8545)}")
    return settings


def _mqtt_port(given: Settings, ports: KeptPorts) -> int:
    told = urlsplit(given.mqtt_public_url).port
    if not given.mqtt_public_url:
        return ports.port("mqtt", given.mqtt_host, given.mqtt_port)
    try:
        return take_port(given.mqtt_host, given.mqtt_port)
    except Refused as error:
        if told not in (None, given.mqtt_port):
            raise Refused(
                f"port {given.mqtt_port} is taken: mqtt_public_url says {told}, so set mqtt_port to {told} "
                "too, or end what holds it"
            ) from error
        raise Refused(
            f"port {given.mqtt_port} is taken, and another one the devices would not find"
        ) from error


def _start_all(
    given: Settings,
    settings: Settings,
    supervisor: Supervisor,
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> None:
    """Start each part after those it leans on; what `given` has an address for is not ours to start."""
    environment = {
        "GUOJI_HOME": str(settings.home),
        "GUOJI_MQTT_URL": settings.mqtt_url,
        "GUOJI_MQTT_CA_FILE": settings.mqtt_ca_file,
        "GUOJI_NATS_URL": settings.nats_url,
        "GUOJI_RPC_URL": settings.rpc_url,
        "GUOJI_HTTP_PORT": str(settings.http_port),
    }

    def start(role: str) -> None:
        supervisor.add(Child(role, partial(Forked, role, environment)))

    passwords = _passwords(settings)
    if not given.mqtt_url:
        broker = partial(program, own_broker.command(settings, passwords))
        supervisor.add(Child("broker", broker, starves_in=settings.home))
        if own_broker.speaks_tls(settings):
            threading.Thread(
                target=own_broker.stay_certified, args=(settings, stop, log), daemon=True
            ).start()
    if not given.rpc_url:
        start("devnet")
        _use_devnet(settings, stop, log)
    for role in ROLES:
        start(role)
    _wait_for("the web server", lambda: _serves_our_log(settings), stop)


def _passwords(settings: Settings) -> Mapping[str, str]:
    """Those of the gateway and of every device, for our broker or for the operator's own."""
    from iot_gateway.logins import PASSWORDS, make_passwords
    from traceability.own_store import open_store

    store = open_store(settings)
    users = [settings.gateway_user, *store.devices.all()]
    store.close()
    return make_passwords(settings.keys / PASSWORDS, users)


def _use_devnet(
    settings: Settings, stop: threading.Event, log: structlog.typing.FilteringBoundLogger
) -> None:
    from traceability.chain.rpc import RpcChain
    from traceability.upkeep.deployment import deploy_on_devnet

    _wait_for("the test chain", lambda: RpcChain(settings.rpc_url).chain_id(), stop)
    deploy_on_devnet(settings, log)


def _wait_for(what: str, ask: Callable[[], object], stop: threading.Event) -> None:
    deadline = time.monotonic() + UP_WITHIN_S
    while True:
        try:
            ask()
            return
        except Unavailable as reason:
            if time.monotonic() > deadline:
                raise Refused(f"{what} did not come up within {UP_WITHIN_S} s: {reason}") from reason
            if stop.wait(0.1):
                raise KeyboardInterrupt from reason


def _serves_our_log(settings: Settings) -> None:
    """Raises `Unavailable` unless it is our own web server that answers, not one that took the port first."""
    url = f"http://{settings.http_host}:{settings.http_port}/trust"
    try:
        with urlopen(url, timeout=2) as answer:
            served = answer.read(MAX_CHARACTERS).decode()
    except (OSError, ValueError) as error:
        raise Unavailable(f"{url}: {error}") from error
    if served != policy_text(settings):
        raise Unavailable(f"{url} is the page of another installation")
