"""The broker at a box: its own, or the one that is there."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import structlog

from iot_gateway.edge.answers import NativeAnswers
from iot_gateway.edge.home import BoxHome
from iot_gateway.edge.take_in import Answering
from iot_gateway.gateway import Inbox
from iot_gateway.inbox import MqttInbox
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import GATEWAY, Address, address
from iot_gateway.nats import nats_address
from traceability.cli import own_broker
from traceability.cli.supervisor import Child, Supervisor, program
from traceability.errors import Refused
from traceability.ports import take_port
from traceability.settings import Settings

OPEN_WITHIN_S = 10


@contextmanager
def opened(
    settings: Settings, home: BoxHome, stop: threading.Event, log: structlog.typing.FilteringBoundLogger
) -> Iterator[tuple[Inbox, Answering]]:
    """Where the devices around the box publish, and how receipts reach them."""
    bundle = home.bundle()
    logins = home.logins(bundle)
    if settings.mqtt_url:
        where = address(settings.mqtt_url, GATEWAY, logins[GATEWAY], settings.mqtt_ca)
        mqtt = MqttInbox(where, home.group(), log)
        mqtt.open()
        try:
            yield mqtt, mqtt.answer
        finally:
            mqtt.close()
        return
    with _own(settings, logins, stop, log) as native:
        pulled = JetStreamInbox(native, log)
        pulled.open()
        try:
            yield pulled, NativeAnswers(native)
        finally:
            pulled.close()


@contextmanager
def _own(
    settings: Settings,
    logins: Mapping[str, str],
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
) -> Iterator[Address]:
    """Our own broker, started again whenever it dies; gives its native port."""
    port = _port(settings)
    settings = own_broker.addressed(settings, port, take_port())
    native = nats_address(settings.nats_url, GATEWAY, logins[GATEWAY])
    supervisor = Supervisor(settings.home / "run", log)
    supervisor.add(Child("broker", partial(program, own_broker.command(settings, logins))))
    threads = [threading.Thread(target=supervisor.watch, args=[stop])]
    if own_broker.speaks_tls(settings):
        threads.append(threading.Thread(target=own_broker.stay_certified, args=(settings, stop, log)))
    for thread in threads:
        thread.start()
    _wait_until_open(native, stop)
    called = settings.mqtt_public_url or settings.mqtt_url
    log.info("devices may come", broker=called, ca_certificate=settings.mqtt_ca_file or "none")
    try:
        yield native
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        supervisor.stop()


def _port(settings: Settings) -> int:
    try:
        return take_port(settings.mqtt_host, settings.mqtt_port)
    except Refused as error:
        raise Refused(
            f"{error}; set GUOJI_MQTT_PORT, or mqtt_port in {settings.home / 'guoji.toml'}, and point the "
            "devices there"
        ) from error


def _wait_until_open(native: Address, stop: threading.Event) -> None:
    """So that an ordinary start does not say that the broker is away."""
    for _ in range(OPEN_WITHIN_S * 10):
        try:
            socket.create_connection((native.host, native.port), 1).close()
        except OSError:
            stop.wait(0.1)
        else:
            return
