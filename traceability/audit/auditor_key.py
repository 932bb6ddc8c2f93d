"""The auditor's own key, with which reports are signed."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from traceability.errors import InvalidInput
from traceability.log.note import NoteSigner

NAME = "guoji-audit"


def auditor(file: Path) -> NoteSigner:
    """The key in `file`, made on first use. Raises `InvalidInput` if it holds none, or others can read it."""
    if not file.exists():
        _make(file)
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        raise InvalidInput(f"{file} has mode {mode:o}, want 600: others could read it")
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{file} holds no private key that can be read") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInput(f"{file} holds a {type(key).__name__}, want an Ed25519 key")
    return NoteSigner(NAME, key)


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(pem)
