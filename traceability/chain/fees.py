"""What a transaction pays for its gas: by EIP-1559, or one price on chains without a base fee."""

import rlp  # type: ignore[import-untyped]
from web3.eth import Eth
from web3.types import TxParams, Wei

from traceability.errors import ChainUnavailable

GWEI = 10**9


def fees(eth: Eth, instead_of: bytes | None, max_fee_gwei: float) -> TxParams:
    """What to offer now. `instead_of` is the raw transaction whose place this one is to take.

    Raises `ChainUnavailable` if that takes more than `max_fee_gwei` for one gas; 0 is no limit.
    """
    tip_before, most_before = (0, 0) if instead_of is None else _fees_in(instead_of)
    base_fee = eth.get_block("latest").get("baseFeePerGas")
    if base_fee is None:
        price = _at_least(eth.gas_price, most_before)
        _check_limit(price, max_fee_gwei)
        return {"gasPrice": price}
    tip = _at_least(eth.max_priority_fee, tip_before)
    asked = _at_least(base_fee + tip, most_before)
    _check_limit(asked, max_fee_gwei)
    # Room for the base fee to double before the transaction is mined, as far as the limit allows.
    offered = max(2 * base_fee + tip, asked)
    if max_fee_gwei:
        offered = min(offered, int(max_fee_gwei * GWEI))
    return {"maxPriorityFeePerGas": tip, "maxFeePerGas": Wei(offered)}


def most_of(transaction: TxParams) -> int:
    """The most that it can cost, in wei."""
    return transaction["gas"] * int(transaction.get("maxFeePerGas", transaction.get("gasPrice", 0)))


def _check_limit(asked: Wei, max_fee_gwei: float) -> None:
    if 0 < max_fee_gwei * GWEI < asked:
        raise ChainUnavailable(
            f"one gas costs {asked / GWEI:g} gwei now, setting max_fee_gwei allows {max_fee_gwei:g}: "
            "nothing is sent until it costs less"
        )


def _at_least(fee: int, before: int) -> Wei:
    """`fee`, or an eighth above `before` where that is more: nodes replace a transaction for no less."""
    return Wei(max(fee, before + -(-before // 8)))


def _fees_in(raw: bytes) -> tuple[int, int]:
    """Tip and highest fee of a signed transaction, typed (EIP-1559) or legacy; wei for one gas."""
    if raw[0] == 2:
        _, _, tip, most, *_ = rlp.decode(raw[1:])
    else:
        _, most, *_ = rlp.decode(raw)
        tip = most
    return int.from_bytes(tip, "big"), int.from_bytes(most, "big")
