"""The publisher's account on the chain, from its key."""

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from eth_account import Account
from eth_account.signers.local import LocalAccount

import traceability.chain.recursion  # noqa: F401
from traceability.keys.ring import CHAIN, KeyRing


def load_account(keys: KeyRing, name: str = CHAIN) -> LocalAccount:
    """Raises `InvalidInput` if the key is missing, does not open, or may be read by others."""
    return account_of(keys.account_key(name))


def account_of(key: EllipticCurvePrivateKey) -> LocalAccount:
    account: LocalAccount = Account.from_key(key.private_numbers().private_value.to_bytes(32))
    return account
