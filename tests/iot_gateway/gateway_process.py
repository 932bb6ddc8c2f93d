"""A gateway as a process of its own, for tests that kill it: DATABASE URL USER PASSWORD."""

import sys

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.gateway import run
from iot_gateway.inbox import MqttInbox
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import address
from iot_gateway.nats import nats_address
from traceability.cli.loop import until_told_to_stop
from traceability.log.note import NoteSigner
from traceability.store.arrivals import ArrivalTable
from traceability.store.schema import open_engine

if __name__ == "__main__":
    database, url, user, password = sys.argv[1:]
    log, stop = structlog.get_logger(), until_told_to_stop()
    signer = NoteSigner("guoji.example/gateway", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    if url.startswith("nats:"):
        inbox = JetStreamInbox(nats_address(url, user, password), log)
    else:
        inbox = MqttInbox(address(url, user, password), log)
    inbox.open()
    run(inbox, ArrivalTable(open_engine(database)), signer, 60, stop, log)
    inbox.close()
