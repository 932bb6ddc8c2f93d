"""Our account and our log on the chain, as the settings and the trust policy name them."""

from pathlib import Path
from typing import TYPE_CHECKING

from traceability import own_policy
from traceability.chain.rpc import RpcChain
from traceability.errors import ChainUnavailable, InvalidInput
from traceability.keys.ring import CHAIN
from traceability.ledger.anchor import check_same_history
from traceability.ledger.ports import Held
from traceability.log.checkpoint import log_id
from traceability.log.note import NoteVerifier
from traceability.settings import Settings
from traceability.store.log import LogTable

if TYPE_CHECKING:
    from traceability.chain.client import ChainClient
    from traceability.chain.compile import Compiled
    from traceability.chain.contract import TraceLogContract

PROJECT = Path(__file__).parent.parent
"""Where contracts/ and node_modules/ are."""
ANSWER_WITHIN_S = 2


def contract(settings: Settings, key: str = CHAIN, log: NoteVerifier | None = None) -> "TraceLogContract":
    """Our log in the contract that our trust policy names, as the account of `key` sees it.

    `log` is the newest of our log's keys unless another is given. Raises `ChainUnavailable` while it is away.
    """
    policy = own_policy.policy(settings)
    if policy.chain_id is None or policy.contract is None:
        raise InvalidInput(f"{settings.trust_file} names no chain and contract; `guoji deploy` makes one")
    return contract_at(settings, chain_client(settings, policy.chain_id, key), policy.contract, log)


def chain_client(settings: Settings, chain_id: int, key: str = CHAIN) -> "ChainClient":
    """Our account on the chain. Raises `ChainUnavailable`, or `Refused` if it has another id."""
    if settings.chain_id not in (0, chain_id):
        raise InvalidInput(f"setting chain_id is {settings.chain_id}: nothing is sent to chain {chain_id}")
    # web3 takes a second to load; only who writes to the chain waits for it.
    from traceability.chain.accounts import load_account
    from traceability.chain.client import ChainClient

    account = load_account(settings.key_ring, key)
    return ChainClient(rpc_url(settings), chain_id, account, max_fee_gwei=settings.max_fee_gwei)


def contract_at(
    settings: Settings, client: "ChainClient", address: str, log: NoteVerifier | None = None
) -> "TraceLogContract":
    from traceability.chain.contract import TraceLogContract

    log = log or own_policy.own_log(settings)
    ours = log_id(log.name, log.public_key)
    finality = own_policy.policy(settings).finality
    return TraceLogContract(client, compiled_contract(settings), address, ours, finality)


def compiled_contract(settings: Settings) -> "Compiled":
    from traceability.chain.compile import compile_trace_log

    return compile_trace_log(PROJECT, settings.home / "compiled")


def is_not_behind_the_chain(settings: Settings, log: LogTable) -> bool:
    """Whether the chain holds nothing that our store does not; False while it does not answer.

    Raises `Refused` if it does: an old copy of the store must not sign a fork.
    """
    try:
        heads = held_by_contract(settings)
    except ChainUnavailable:
        return False
    for head in heads:
        check_same_history(head, log)
    return True


def held_by_contract(settings: Settings) -> list[Held]:
    """What the contract holds of our log under each of its keys, if there is a contract.

    Raises `ChainUnavailable` while it does not answer.
    """
    contract_address = own_policy.policy(settings).contract
    if contract_address is None:
        return []
    chain = RpcChain(rpc_url(settings), ANSWER_WITHIN_S)
    ids = [log_id(log.name, log.public_key) for log in own_policy.own_logs(settings)]
    heads = [chain.head(contract_address, each) for each in ids]
    return [Held(head.size, head.root) for head in heads]


def ask_chain(settings: Settings, method: str, *params: object) -> object:
    if not settings.rpc_url:
        raise ChainUnavailable("this installation has no chain")
    return RpcChain(settings.rpc_url, ANSWER_WITHIN_S).call(method, *params)


def rpc_url(settings: Settings) -> str:
    if not settings.rpc_url:
        raise InvalidInput("there is no chain: set GUOJI_RPC_URL, or let `guoji up` start the test chain")
    return settings.rpc_url
