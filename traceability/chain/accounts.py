"""The publisher's account on the chain: one private key in one file."""

import os
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

import traceability.chain.recursion  # noqa: F401
from traceability.errors import InvalidInput


def create_account(path: Path) -> LocalAccount:
    """A new key in a new file that its owner alone may read. Raises `InvalidInput` if the file exists."""
    account: LocalAccount = Account.create()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InvalidInput(f"{path} exists already: an account's key is never overwritten") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(account.key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return account


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
