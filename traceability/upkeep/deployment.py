"""See that our contract stands on the chain, and that the trust policy says so."""

import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from eth_utils.crypto import keccak

from traceability.chain.accounts import load_account
from traceability.chain.client import ChainClient
from traceability.chain.compile import Compiled
from traceability.chain.contract import address_made_by, sign_deployment
from traceability.chain.devnet import CHAIN_ID, fund, save_state
from traceability.chain.rpc import RpcChain
from traceability.errors import InvalidInput, Refused
from traceability.ledger.ports import Signed
from traceability.own_chain import chain_client, compiled_contract, contract_at, rpc_url
from traceability.own_policy import chain_lines, devnet_lines, policy, write_policy
from traceability.settings import Settings
from traceability.upkeep.address_book import AddressBook, Deployment

Tell = Callable[[str], object]
"""Takes one line of progress."""


def deploy_on_devnet(settings: Settings, log: structlog.typing.FilteringBoundLogger) -> None:
    """See that the embedded chain holds our contract; deploy a new one if the chain has lost its state."""
    known = policy(settings).contract
    client = chain_client(settings, CHAIN_ID)
    if known is not None and contract_at(settings, client, known).code():
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
    address = _made(settings, client, anew=True, tell=log.debug)
    _let_us_append(settings, client, address, log.debug)
    write_policy(settings, *devnet_lines(CHAIN_ID, address, settings.rpc_url))
    save_state(settings.rpc_url, settings.home / "chain")
    log.info("contract deployed", address=address, chain=CHAIN_ID)


# A crash on any line costs no second deployment: (1) the signed transaction is kept before it is sent, so the
# next call waits for the same one; (2) the address is kept as soon as a block holds it; (3) our right to
# append is looked up before it is granted; (4) the policy comes last: from there on every proof names the
# contract.


def deploy_on_chain(settings: Settings, chain_id: int, anew: bool, tell: Tell) -> str:
    """The address of our contract on the chain of GUOJI_RPC_URL, which this account pays for if it is new.

    `chain_id` 0 takes the chain that is there, unless the settings name one. `anew` makes another contract
    although the address book has one. Raises `InvalidInput`, `ChainUnavailable` and `Refused`.
    """
    wanted = chain_id or settings.chain_id or RpcChain(rpc_url(settings)).chain_id()
    client = chain_client(settings, wanted)
    tell(f"chain {wanted}")
    in_use = policy(settings).contract
    known = AddressBook(settings.address_book).on(wanted)
    if in_use is not None and known is None and not anew:
        raise InvalidInput(
            f"{settings.trust_file} names the contract {in_use}, and the address book has none on chain "
            f"{wanted}; --new deploys one there and names it instead"
        )
    address = _made(settings, client, anew, tell)
    _let_us_append(settings, client, address, tell)
    if address != in_use:
        # (4)
        _name(settings, wanted, address, in_use, tell)
    return address


def account_address(settings: Settings) -> str:
    """The account that pays for deployment and anchors."""
    address: str = load_account(settings.key_ring).address
    return address


def _made(settings: Settings, client: ChainClient, anew: bool, tell: Tell) -> str:
    """The address of the contract in the address book, deployed first if there is none."""
    book = AddressBook(settings.address_book)
    known = book.on(client.chain_id)
    if known is None or anew:
        known = _signed(client, compiled_contract(settings), instead_of=known)
        # (1)
        book.keep(client.chain_id, known)
    if known.contract:
        tell(f"{book.file} names a contract on this chain already")
    else:
        tell(f"sending the deployment {known.transaction}, then waiting for a block")
        try:
            receipt = client.mine(Signed(known.transaction, bytes.fromhex(known.raw)))
        except Refused:
            book.forget(client.chain_id)
            raise
        known = replace(known, contract=address_made_by(receipt), block=receipt["blockNumber"], raw="")
        # (2)
        book.keep(client.chain_id, known)
        tell(f"mined in block {known.block}, for {receipt['gasUsed']:,} gas")
    _check_code(contract_at(settings, client, known.contract).code(), known, client.chain_id)
    return known.contract


def _signed(client: ChainClient, compiled: Compiled, instead_of: Deployment | None) -> Deployment:
    stuck = bytes.fromhex(instead_of.raw) if instead_of and instead_of.raw else None
    signed = sign_deployment(client, compiled, stuck)
    return Deployment(
        transaction=signed.tx_hash,
        deployer=client.account.address,
        code_hash=_hash(compiled.code),
        compiler=compiled.compiler,
        signed_at=datetime.now(UTC),
        raw=signed.raw.hex(),
    )


def _check_code(code: bytes, known: Deployment, chain_id: int) -> None:
    if not code:
        raise Refused(
            f"chain {chain_id} holds nothing at {known.contract}, where the address book has our contract: "
            "is this another chain of the same id? --new deploys another contract"
        )
    if _hash(code) != known.code_hash:
        raise Refused(
            f"chain {chain_id} holds code with hash {_hash(code)} at {known.contract}, the address book says "
            f"{known.code_hash}: that is not our contract; --new deploys another"
        )


def _let_us_append(settings: Settings, client: ChainClient, address: str, tell: Tell) -> None:
    contract = contract_at(settings, client, address)
    # (3)
    if not contract.may_append():
        tell(f"granting {client.account.address} the right to append to log {settings.origin}")
        contract.grant_publisher(client.account.address)


def _name(settings: Settings, chain_id: int, address: str, before: str | None, tell: Tell) -> None:
    """Have the trust policy name this contract; the one with the contract `before` is kept beside it."""
    if before is not None:
        kept = settings.trust_file.with_name(f"trust-{before}.txt")
        shutil.copyfile(settings.trust_file, kept)
        tell(f"the policy of the contract before is kept as {kept}; now everything is anchored anew")
    lines = (
        devnet_lines(CHAIN_ID, address, settings.rpc_url)
        if chain_id == CHAIN_ID
        else chain_lines(chain_id, address)
    )
    write_policy(settings, *lines)


def _hash(code: bytes) -> str:
    return "0x" + keccak(code).hex()
