"""The public keys of an identity provider, read again when they may have changed (RFC 7517)."""

import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from traceability.errors import InvalidInput, KeysUnavailable, NotAuthorised, Unavailable, Unknown
from traceability.fetch import fetch

ALGORITHMS = ("EdDSA", "ES256", "RS256")
FRESH_S = 300
"""For so long a key counts without another look: one that was taken out of the set ends then."""
KEPT_S = 3_600
"""For so long what was read last counts while the set cannot be read."""
BETWEEN_S = 10
"""Between two looks, whatever keys strangers name."""
_MOST_BYTES = 256 * 1024
_WITHIN_S = 5
_MOST_KEYS = 100
_SMALLEST_RSA = 2_048


class KeySet:
    """Asked by many threads; one at a time looks, and nobody waits for it."""

    def __init__(self, read: Callable[[], bytes], now_s: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._now_s = now_s
        self._looking = threading.Lock()
        self._keys: Mapping[str, PyJWK] = {}
        self._read_s = self._tried_s = -math.inf
        self._trouble = ""

    def key(self, kid: str) -> PyJWK:
        """Raises `NotAuthorised` if the set has none with this name, `KeysUnavailable` if nobody can tell."""
        is_settled = True
        if kid not in self._keys or self._now_s() - self._read_s > FRESH_S:
            is_settled = self._look()
        is_known = self._now_s() - self._read_s <= KEPT_S
        if is_known and kid in self._keys:
            return self._keys[kid]
        if not is_settled:
            raise KeysUnavailable("the keys of the identity provider are being read; ask again in a moment")
        if self._trouble or not is_known:
            raise KeysUnavailable(f"the keys of the identity provider cannot be read: {self._trouble}")
        raise NotAuthorised(f"the identity provider has no key {kid[:80]!r}")

    def _look(self) -> bool:
        """False if somebody else is looking."""
        # Strangers choose what is looked for, and the provider may be slow: threads that queue here would be
        # missing everywhere else.
        if not self._looking.acquire(blocking=False):
            return False
        try:
            if self._now_s() - self._tried_s >= BETWEEN_S:
                self._tried_s = self._now_s()
                self._keys = read_key_set(self._read())
                self._read_s, self._trouble = self._now_s(), ""
        except (Unavailable, Unknown, InvalidInput) as error:
            self._trouble = str(error)
        finally:
            self._looking.release()
        return True


def reader_of(where: str, home: Path) -> Callable[[], bytes]:
    """What reads the set from an https URL, or http on this machine, or a file. Raises `InvalidInput`."""
    parts = urlsplit(where)
    if not parts.scheme:
        if not (home / where).is_file():
            raise InvalidInput(f"oauth_jwks is the file {home / where}, which is not there")
        return lambda: _read_file(home / where)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
        raise InvalidInput(f"oauth_jwks is {where[:200]!r}, want an https URL or a file")
    return lambda: fetch(Request(where), _WITHIN_S, _MOST_BYTES)  # noqa: S310 - its scheme was looked at


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error


def read_key_set(data: bytes) -> dict[str, PyJWK]:
    """The keys by which we check signatures, by kid; those for anything else are passed over.

    Raises `InvalidInput` if this is no JWK set.
    """
    try:
        listed = json.loads(data)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput("what stands there is no JWK set") from error
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        raise InvalidInput(f"a JWK set has a list of keys, at most {_MOST_KEYS}")
    found: dict[str, PyJWK] = {}
    for each in listed:
        key = _usable(each)
        if key is None:
            continue
        if str(key.key_id) in found:
            raise InvalidInput(f"two keys of the JWK set have the kid {str(key.key_id)[:80]!r}")
        found[str(key.key_id)] = key
    return found


def _usable(given: object) -> PyJWK | None:
    # A secret in a public set is known to all: it vouches for nobody.
    if not isinstance(given, dict) or given.get("use", "sig") != "sig" or {"d", "k"} & given.keys():
        return None
    if not isinstance(given.get("kid"), str):
        return None
    try:
        key = PyJWK(given)
    except (PyJWTError, ValueError, TypeError):
        return None
    is_weak = key.key_type == "RSA" and key.key.key_size < _SMALLEST_RSA
    return None if is_weak or key.algorithm_name not in ALGORITHMS else key
