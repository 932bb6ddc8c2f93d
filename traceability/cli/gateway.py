"""`guoji gateway`: takes readings from the broker into the store."""

import argparse
import gc
import os
from typing import TYPE_CHECKING

import structlog

from traceability.cli.journal import journal
from traceability.cli.loop import until_told_to_stop
from traceability.settings import Settings

if TYPE_CHECKING:
    from iot_gateway.inbox import MqttInbox
    from iot_gateway.jetstream import JetStreamInbox

SLACK_S = 30
"""What receipts promise beyond the usual time to the log, for parts that are being started again."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    gateway = commands.add_parser(
        "gateway",
        help="take readings from the broker into the store, and answer the devices",
        description="Store what devices publish at GUOJI_MQTT_URL, acknowledge it to the broker only then, "
        "and send each device a signed receipt. What can never become a reading goes into quarantine. While "
        "broker or store is away, this waits and says so once. If GUOJI_NATS_URL is set, pull from there. "
        "Several gateways share the work, each as a GUOJI_GATEWAY_USER of its own.",
    )
    gateway.set_defaults(run=_gateway)


def _gateway(_args: argparse.Namespace) -> int:
    from iot_gateway.gateway import run
    from traceability.own_policy import gateway_signer
    from traceability.own_store import open_store

    settings = Settings.read(os.environ)
    log, stop, store = journal("gateway", settings.log_json), until_told_to_stop(), open_store(settings)
    signer = gateway_signer(settings)
    inbox = _inbox(settings, log)
    # What was made by now stays until the end: looking through it for garbage again and again is wasted.
    gc.freeze()
    inbox.open()
    try:
        promise_s = settings.seal_every_s + settings.publish_every_s + SLACK_S
        run(inbox, store.arrivals, signer, promise_s, stop, log)
    finally:
        inbox.close()
    return 0


def _inbox(settings: Settings, log: structlog.typing.FilteringBoundLogger) -> "JetStreamInbox | MqttInbox":
    from iot_gateway.inbox import MqttInbox
    from iot_gateway.jetstream import JetStreamInbox
    from iot_gateway.logins import PASSWORDS, address, group_of_gateways, password_of, read_passwords
    from iot_gateway.nats import nats_address

    user, file = settings.gateway_user, settings.keys / PASSWORDS
    password = password_of(user, read_passwords(file))
    if settings.nats_url:
        return JetStreamInbox(nats_address(settings.nats_url, user, password, settings.mqtt_ca), log)
    where = address(settings.mqtt_url, user, password, settings.mqtt_ca)
    return MqttInbox(where, group_of_gateways(file), log)
