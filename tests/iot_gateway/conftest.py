"""Real brokers, a store and a gateway between them."""

from contextlib import ExitStack
from itertools import count

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.logins import GATEWAY, Address, make_passwords
from tests.iot_gateway.brokers import STARTERS
from tests.iot_gateway.peer import Peer
from tests.iot_gateway.world import ALIASES, Victim, a_world
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


@pytest.fixture(params=STARTERS)
def running(request, tmp_path, passwords):
    """A broker of each kind."""
    running = STARTERS[request.param](tmp_path / "broker", passwords)
    yield running
    running.stop()


@pytest.fixture
def address_of(running, passwords):
    """The address of a user there."""
    return lambda user: Address("127.0.0.1", running.port, user, passwords[user])


@pytest.fixture
def new_inbox(running, address_of):
    """Makes a gateway's inbox, as there is one for this kind of broker; not open yet."""
    return lambda user=GATEWAY: running.inbox(address_of(user))


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


@pytest.fixture
def peer():
    """Makes peers, and closes them after the test."""
    with ExitStack() as stack:

        def make(address, client_id=None, **more):
            made = Peer(address, client_id, **more)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture(scope="module", params=STARTERS)
def world(request, tmp_path_factory):
    with a_world(request.param, tmp_path_factory.mktemp("world")) as made:
        yield made


FRESH = count()


@pytest.fixture
def pair():
    """An impostor, whose own login is in order, and a victim; nobody has heard of them before this test."""
    first = next(FRESH) * 2 % len(ALIASES)
    return ALIASES[first], ALIASES[first + 1]


@pytest.fixture
def victim(world, peer, pair):
    return Victim(peer(world.address(pair[1])), pair[1])


@pytest.fixture
def impostor(world, peer, pair):
    return peer(world.address(pair[0]))
