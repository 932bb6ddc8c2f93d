"""A real broker with a gateway behind it, in which impostors of a test try what they can."""

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.logins import GATEWAY, Address
from iot_gateway.simulate.encode import encode_message
from tests.iot_gateway.at_work import a_gateway
from tests.iot_gateway.brokers import STARTERS
from tests.iot_gateway.peer import WITHIN_S
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.store.arrivals import ArrivalTable
from traceability.store.devices import DeviceTable
from traceability.store.readings import ReadingTable
from traceability.store.schema import metadata, open_engine
from traceability.telemetry import topics
from traceability.telemetry.device import Device
from traceability.telemetry.receipt import open_receipt

HOST = "127.0.0.1"
SIGNER = NoteSigner("guoji.example/gateway", Ed25519PrivateKey.from_private_bytes(bytes(32)))
ALIASES = [f"cold-{number}" for number in range(60)]
HELPER, SECOND_HELPER = "@helper", "@second"
"""Gateways that the test speaks for itself."""
PASSWORDS = {user: f"password-of-{user}-{'x' * 16}" for user in (GATEWAY, HELPER, SECOND_HELPER, *ALIASES)}


@dataclass(frozen=True, slots=True)
class World:
    """A broker, and a gateway that stores what it hears there."""

    mqtt_port: int
    native_port: int | None
    engine: object

    def address(self, user):
        return Address(HOST, self.mqtt_port, user, PASSWORDS[user])

    def stored(self, alias):
        return list(ReadingTable(self.engine).between(alias, 0, 10**14))

    def quarantined(self, alias):
        """What was refused of it, and why."""
        return [each for each in ReadingTable(self.engine).quarantined(10_000) if f"/{alias}/" in each.topic]


@contextmanager
def a_world(kind, folder):
    with ExitStack() as stack:
        broker = STARTERS[kind](folder / "broker", PASSWORDS)
        stack.callback(broker.stop)
        engine = a_store(folder / "store.db")
        stack.callback(engine.dispose)
        inbox = broker.inbox(Address(HOST, broker.port, GATEWAY, PASSWORDS[GATEWAY]))
        stack.enter_context(a_gateway(inbox, ArrivalTable(engine), SIGNER))
        yield World(broker.port, broker.native_port, engine)


def a_store(file):
    engine = open_engine(f"sqlite:///{file}", create=True)
    metadata.create_all(engine)
    for alias in ALIASES:
        giai, place = f"https://id.gs1.org/8004/9521321{alias}", "https://id.gs1.org/414/9521321000032"
        DeviceTable(engine).keep(Device(alias, giai, "9521321000018", {}, place, cold_chain=True))
    return engine


class Victim:
    """A device that sends as it should, and keeps what it hears."""

    def __init__(self, peer, alias, signer=None):
        self.peer, self.alias = peer, alias
        self.payload = encode_message(
            alias, 7, 1, time.time_ns() // 1_000_000, {"air_temperature": 4}, signer
        )
        assert peer.subscribe(topics.receipts(alias))

    def send_and_wait(self):
        """What comes first to its topic of receipts. All that was published before has been judged then."""
        before = len(self.peer.heard)
        self.peer.publish(topics.readings(self.alias), self.payload)
        self.peer.wait_to_hear(before + 1)
        return self.receipts()

    def receipts(self):
        return [open_receipt(note, [NoteVerifier.of(SIGNER)]) for _, note in self.peer.heard]


def wait_until(reached, within_s=WITHIN_S):
    give_up_at_s = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < give_up_at_s
        time.sleep(0.02)
