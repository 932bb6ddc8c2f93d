"""One private key as an encrypted file that only its owner can read."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from traceability.errors import InvalidInput

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey

SHORTEST_PASSPHRASE, LONGEST_PASSPHRASE = 32, 1000
"""Characters. The format stretches a passphrase by 2,048 rounds only, so it has to be random."""

_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_MADE = re.compile(rb"made (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n")


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a file holds. `key` is secret: show its public half only."""

    file: Path
    key: PrivateKey
    encrypted: bool
    made_at: datetime


def read_key(file: Path, passphrases: list[bytes]) -> KeyFile:
    """A key that one of `passphrases` opens, or that needs none. Raises `InvalidInput`, and quotes none."""
    content = read_secret(file)
    made = _MADE.match(content)
    made_at = datetime.fromisoformat(made[1].decode()) if made else _changed_at(file)
    if not is_encrypted(content):
        return KeyFile(file, _in_clear(file, content), encrypted=False, made_at=made_at)
    for passphrase in passphrases:
        try:
            key = load_pem_private_key(content, passphrase)
        except (ValueError, UnsupportedAlgorithm):
            continue
        return KeyFile(file, _of_a_kind(file, key), encrypted=True, made_at=made_at)
    raise InvalidInput(
        f"the passphrase does not open {file}: it is that of other keys, or the file is damaged"
    )


def write_key(file: Path, key: PrivateKey, passphrase: bytes, made_at: datetime) -> None:
    """PKCS #8 in PEM, encrypted. RFC 7468 lets a line stand before it, which says when the key was made."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    write_secret(file, f"made {made_at:%Y-%m-%dT%H:%M:%SZ}\n".encode() + pem)


def is_encrypted(content: bytes) -> bool:
    return _ENCRYPTED in content


def read_passphrase(file: Path) -> bytes:
    # Not refused for its group: a service manager hands it over by an access list, which shows as group bits.
    passphrase = read_secret(file, not_for=0o007).strip()
    if not SHORTEST_PASSPHRASE <= len(passphrase) <= LONGEST_PASSPHRASE:
        raise InvalidInput(
            f"the passphrase in {file} has {len(passphrase)} characters, "
            f"want {SHORTEST_PASSPHRASE} to {LONGEST_PASSPHRASE}, at random"
        )
    return passphrase


def write_secret(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read; durable, whole or not at all."""
    unfinished = file.with_name(file.name + ".new")
    unfinished.unlink(missing_ok=True)
    with new_secret(unfinished) as stream:
        stream.write(content)
    unfinished.rename(file)
    sync_names(file.parent)


@contextmanager
def new_secret(file: Path) -> Iterator[BinaryIO]:
    """A file, not there before, that only its owner can read, to be written; durable at the end."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def read_secret(file: Path, not_for: int = 0o077) -> bytes:
    """Raises `InvalidInput` if it is missing, or its mode has one of the bits `not_for`."""
    try:
        mode = file.stat().st_mode & 0o777
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"cannot read {file}: {error.strerror}; put it back; only in a new home `guoji init` makes it"
        ) from error
    if mode & not_for:
        raise InvalidInput(f"{file} has mode {mode:o}, want 600: others could read it")
    return content


def check_folder(folder: Path) -> None:
    """Raises `InvalidInput` if others may write in it: they could put theirs in the place of ours."""
    mode = folder.stat().st_mode & 0o777
    if mode & 0o022:
        raise InvalidInput(f"{folder} has mode {mode:o}, want 700: others could put other files there")


def sync_names(folder: Path) -> None:
    """Make the names in a folder durable: a file's own sync does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _in_clear(file: Path, content: bytes) -> PrivateKey:
    """As installations had them before there was a passphrase: PEM, or 64 hex digits."""
    try:
        if b"-----BEGIN" in content:
            return _of_a_kind(file, load_pem_private_key(content, None))
        return derive_private_key(int.from_bytes(bytes.fromhex(content.decode("ascii"))), SECP256K1())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidInput(f"{file} holds no private key") from None  # the cause may quote it


def _of_a_kind(file: Path, key: object) -> PrivateKey:
    if not isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey):
        raise InvalidInput(f"{file} holds a {type(key).__name__}, want an Ed25519 or an elliptic curve key")
    return key


def _changed_at(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
