"""Send what an account holds to another one."""

from typing import Any, cast

from web3.types import TxParams, Wei

from traceability.chain.client import ChainClient
from traceability.chain.fees import fees, most_of
from traceability.ledger.ports import Signed

GAS_OF_A_TRANSFER = 21_000


def held_by(client: ChainClient) -> int:
    """What the client's account holds, in wei."""
    with client.asking():
        return int(client.web3.eth.get_balance(client.account.address))


def send_all(client: ChainClient, to: str) -> int:
    """Send all that is worth it to the account `to`, and wait until that is mined; how much, in wei."""
    with client.asking():
        eth = client.web3.eth
        transaction: TxParams = {
            "chainId": client.chain_id,
            "nonce": eth.get_transaction_count(client.account.address),
            "to": client.web3.to_checksum_address(to),
            "gas": GAS_OF_A_TRANSFER,
            **fees(eth, None, max_fee_gwei=0),
        }
        # Twice the cost stays behind, for chains that charge for more than gas.
        spare = 2 * most_of(transaction)
    left = held_by(client) - spare
    if left <= 0:
        return 0
    transaction["value"] = Wei(left)
    signed = client.account.sign_transaction(cast(dict[str, Any], transaction))
    client.mine(Signed(signed.hash.to_0x_hex(), bytes(signed.raw_transaction)))
    return left
