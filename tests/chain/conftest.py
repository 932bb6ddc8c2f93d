"""A real test chain with a compiled contract, shared by the tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from eth_account import Account

from tests.chain.anchoring import Anchoring, deploy
from traceability.chain.client import ChainClient
from traceability.chain.compile import Compiled, compile_trace_log
from traceability.chain.contract import TraceLogContract
from traceability.chain.devnet import CHAIN_ID, Devnet, fund, start_devnet
from traceability.own_policy import log_signer
from traceability.proof.chain_reader import Finality

PROJECT = Path(__file__).parents[2]
FINALIZED = Finality()


@pytest.fixture(scope="session")
def compiler_cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("solc")


@pytest.fixture(scope="session")
def compiled(compiler_cache) -> Compiled:
    return compile_trace_log(PROJECT, compiler_cache)


@pytest.fixture(scope="session")
def devnet(tmp_path_factory) -> Iterator[Devnet]:
    running = start_devnet(PROJECT, tmp_path_factory.mktemp("devnet"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def client_at() -> Callable[[str], ChainClient]:
    """Makes an account with money on the chain at a URL."""

    def make(url: str) -> ChainClient:
        account = Account.create()
        fund(url, account.address)
        return ChainClient(url, CHAIN_ID, account)

    return make


@pytest.fixture
def client(devnet: Devnet, client_at) -> ChainClient:
    return client_at(devnet.url)


@pytest.fixture
def rival(devnet: Devnet, client_at) -> ChainClient:
    return client_at(devnet.url)


@pytest.fixture
def address(client: ChainClient, compiled: Compiled) -> str:
    """A contract that `client` administers."""
    return deploy(client, compiled)


@pytest.fixture
def log_at(compiled: Compiled) -> Callable[..., TraceLogContract]:
    """The log of these tests, as an account sees it."""
    return lambda client, address, finality=FINALIZED: TraceLogContract(
        client, compiled, address, b"l" * 32, finality
    )


@pytest.fixture
def contract(client: ChainClient, address: str, log_at) -> TraceLogContract:
    """A log that holds nothing yet and takes appends from `client`."""
    log = log_at(client, address)
    log.grant_publisher(client.account.address)
    return log


@pytest.fixture
def start(tmp_path):
    """Starts the chain of a folder in place of the one before; ends the last one too."""
    started: list[Devnet] = []

    def again(folder="chain", port=0):
        for each in started:
            each.stop()
        started.append(start_devnet(PROJECT, tmp_path / folder, port))
        return started[-1]

    yield again
    for each in started:
        each.stop()


@pytest.fixture
def administrator(start, client_at):
    return client_at(start().url)


@pytest.fixture
def role(administrator, compiled, log_at, store, settings):
    """The publisher of an empty log, on a chain of its own."""
    account, address = Account.create(), deploy(administrator, compiled)
    url = administrator.web3.provider.endpoint_uri
    fund(url, account.address)
    log_at(administrator, address).grant_publisher(account.address)
    return Anchoring(url, account, compiled, address, store, log_signer(settings))
