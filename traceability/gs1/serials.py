"""Item serials that only the holder of a secret key can make, so that a made-up code needs no look-up.

A serial is 16 Crockford base32 characters: 40 random bits, then the first 40 bits of
HMAC-SHA256(key, 0x01 || "guoji/item-serial" || 0x00 || GTIN as 14 ASCII digits || the 5 random bytes).
"""

import hashlib
import hmac

from traceability.errors import CheckFailed, InvalidInput
from traceability.gs1 import keys
from traceability.gs1.quoting import quoted

RANDOM_BYTES = 5
SERIAL_LENGTH = 16

_DOMAIN = b"\x01guoji/item-serial\x00"
_TAG_BYTES = 5
_SHORTEST_KEY_BYTES = 32
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}


def issue(key: bytes, gtin: str, random_bytes: bytes) -> str:
    """Return the serial of one item of product `gtin`, made from 5 bytes of a cryptographic random source.

    Raises `InvalidInput` for a key under 32 bytes, an unsound GTIN, or another count of random bytes.
    """
    if len(random_bytes) != RANDOM_BYTES:
        raise InvalidInput(f"serial made from {len(random_bytes)} random bytes, want {RANDOM_BYTES}")
    return _encode(random_bytes + _tag(key, gtin, random_bytes))


def check(key: bytes, gtin: str, serial: str) -> None:
    """Check that `serial` was issued with this key for this product.

    Raises `InvalidInput` if it is no serial of ours by its form, `CheckFailed` if it is forged. Small
    letters are refused: AI (21) tells them from capitals.
    """
    number = _decode(serial)
    random_bytes, tag = number[:RANDOM_BYTES], number[RANDOM_BYTES:]
    if not hmac.compare_digest(tag, _tag(key, gtin, random_bytes)):
        raise CheckFailed(f"serial {serial} was not issued for GTIN {gtin}")


def _tag(key: bytes, gtin: str, random_bytes: bytes) -> bytes:
    if len(key) < _SHORTEST_KEY_BYTES:
        raise InvalidInput(f"serial key has {len(key)} bytes, want at least {_SHORTEST_KEY_BYTES}")
    message = _DOMAIN + keys.gtin(gtin).encode("ascii") + random_bytes
    return hmac.digest(key, message, hashlib.sha256)[:_TAG_BYTES]


def _encode(data: bytes) -> str:
    number = int.from_bytes(data)
    shifts = range(5 * (SERIAL_LENGTH - 1), -1, -5)
    return "".join(_ALPHABET[number >> shift & 31] for shift in shifts)


def _decode(serial: str) -> bytes:
    if len(serial) != SERIAL_LENGTH or not _VALUE.keys() >= set(serial):
        raise InvalidInput(f"serial {quoted(serial)} is not {SERIAL_LENGTH} characters of Crockford base32")
    number = 0
    for character in serial:
        number = number << 5 | _VALUE[character]
    return number.to_bytes(RANDOM_BYTES + _TAG_BYTES)
