"""The publisher's account on the chain: one private key in one file."""

from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

import traceability.chain.recursion  # noqa: F401
from traceability.errors import InvalidInput


def load_account(path: Path) -> LocalAccount:
    """Raises `InvalidInput` if the file is missing, holds no key, or may be read by others."""
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="ascii").strip()
        if mode & 0o077:
            raise InvalidInput(f"{path} has mode {mode:o}, want 600: others could read the key")
        account: LocalAccount = Account.from_key(text)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} holds no private key: {type(error).__name__}") from error
    return account
