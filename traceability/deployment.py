"""See that our contract stands on the chain, and that the trust policy says so."""

import secrets

import structlog

from traceability.chain.accounts import load_account
from traceability.chain.client import ChainClient
from traceability.chain.contract import deploy
from traceability.chain.devnet import CHAIN_ID, fund, save_state
from traceability.chain.rpc import RpcChain
from traceability.errors import InvalidInput
from traceability.own_policy import chain_lines, devnet_lines, policy, write_policy
from traceability.settings import Settings
from traceability.wiring import chain_client, compiled_contract, contract_at, rpc_url


def deploy_on_devnet(settings: Settings, log: structlog.typing.FilteringBoundLogger) -> None:
    """See that the embedded chain holds our contract; deploy a new one if the chain has lost its state."""
    known = policy(settings).contract
    client = chain_client(settings, CHAIN_ID)
    if known is not None and contract_at(settings, client, known).exists():
        # The chain may listen on another port than last time.
        write_policy(settings, *devnet_lines(CHAIN_ID, known, settings.rpc_url))
        return
    if known is not None:
        log.warning("the test chain has lost its state: everything is anchored anew", lost_contract=known)
    fund(settings.rpc_url, client.account.address)
    # A chain that begins anew would give the next contract the address of the lost one, since that follows
    # from the account and its nonce; all that the lost one held would then seem to be anchored.
    nonce = hex(secrets.randbits(48))
    RpcChain(settings.rpc_url).call("hardhat_setNonce", client.account.address, nonce)
    address = _deploy(settings, client)
    save_state(settings.rpc_url, settings.home / "chain")
    log.info("contract deployed", address=address, chain=CHAIN_ID)


def deploy_on_chain(settings: Settings) -> str:
    """Deploy on the chain of GUOJI_RPC_URL, paid by the installation's account; the contract's address."""
    known = policy(settings).contract
    if known is not None:
        raise InvalidInput(
            f"{settings.trust_file} names the contract {known} already; move that file away first"
        )
    return _deploy(settings, chain_client(settings, RpcChain(rpc_url(settings)).chain_id()))


def account_address(settings: Settings) -> str:
    """The account that pays for deployment and anchors."""
    address: str = load_account(settings.key_ring).address
    return address


def _deploy(settings: Settings, client: ChainClient) -> str:
    # The policy is written last: from there on every proof names the new contract. A crash before that leaves
    # a contract that nobody uses, and the next start deploys another.
    address = deploy(client, compiled_contract(settings))
    contract_at(settings, client, address).grant_publisher(client.account.address)
    lines = (
        devnet_lines(CHAIN_ID, address, settings.rpc_url)
        if client.chain_id == CHAIN_ID
        else chain_lines(client.chain_id, address)
    )
    write_policy(settings, *lines)
    return address
