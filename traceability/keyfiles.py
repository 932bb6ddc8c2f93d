"""Keys as files that only their owner can read."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from traceability.errors import InvalidInput

LOG, GATEWAY, CHAIN, SERIALS = "log.pem", "gateway.pem", "chain.key", "serials.key"


def make_all(folder: Path) -> list[str]:
    """Make the keys that are not there yet; the names of those made. An existing key is never touched."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    makers = {LOG: _signing_key, GATEWAY: _signing_key, CHAIN: _secret_hex, SERIALS: _secret_hex}
    missing = [name for name in makers if not (folder / name).exists()]
    for name in missing:
        write_secret(folder / name, makers[name]())
    return missing


def write_secret(file: Path, content: bytes) -> None:
    """Write a new file that only its owner can read; whole or not at all."""
    unfinished = file.with_name(file.name + ".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.rename(file)


def read_secret(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read the key {file}: {error.strerror}; `guoji init` makes it") from error


def signing_key(file: Path) -> Ed25519PrivateKey:
    """Load an Ed25519 private key from its PEM file."""
    try:
        key = load_pem_private_key(read_secret(file), password=None)
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{file} is not an unencrypted PEM private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInput(f"{file} holds a {type(key).__name__}, want an Ed25519 key")
    return key


def _signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _secret_hex() -> bytes:
    return secrets.token_hex(32).encode() + b"\n"
