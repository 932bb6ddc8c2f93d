"""The key of a room's host: whoever has it commands the room."""

import hashlib
import secrets

from traceability.errors import NotAuthorised

_PREFIX, _BYTES = "glive_", 24


def new_host_key() -> str:
    return _PREFIX + secrets.token_urlsafe(_BYTES)


def is_host_key(secret: str) -> bool:
    """Rather than a token, by how it begins."""
    return secret.startswith(_PREFIX)


def digest_of(host_key: str) -> bytes:
    # A plain hash is enough: the key has 192 random bits, so there is nothing to guess.
    return hashlib.sha256(host_key.encode()).digest()


def check_host_key(host_key: str, digest: bytes) -> None:
    """Raises `NotAuthorised` for any but the key with this digest. Takes as long whatever differs."""
    if not secrets.compare_digest(digest_of(host_key), digest):
        raise NotAuthorised("this is not the host key of this room")
