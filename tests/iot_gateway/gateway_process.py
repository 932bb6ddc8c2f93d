"""A gateway as a process of its own, for tests that kill it: DATABASE HOST PORT PASSWORD."""

import sys
import threading

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.gateway import run
from iot_gateway.inbox import MqttInbox
from iot_gateway.logins import GATEWAY, Address
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.store.arrivals import ArrivalTable
from traceability.store.schema import open_engine

if __name__ == "__main__":
    database, host, port, password = sys.argv[1:]
    log = structlog.get_logger()
    signer = NoteSigner("guoji.example/gateway", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    inbox = MqttInbox(Address(host, int(port), GATEWAY, password), NoteVerifier.of(signer), log)
    inbox.open()
    run(inbox, ArrivalTable(open_engine(database)), signer, 60, threading.Event(), log)
