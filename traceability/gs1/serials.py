"""Item serials and scratch codes that only the holder of a key can make: a made-up one needs no look-up.

A serial is 16 Crockford base32 characters: 40 random bits, then the first 40 bits of
HMAC-SHA256(key, 0x01 || "guoji/item-serial" || 0x00 || GTIN as 14 ASCII digits || the 5 random bytes).
The scratch code of an item, which lies hidden on its label, is 8 such characters: the first 40 bits of
HMAC-SHA256(key, 0x01 || "guoji/scratch-code" || 0x00 || GTIN as 14 ASCII digits || serial).
"""

import hashlib
import hmac

from traceability.errors import CheckFailed, InvalidInput
from traceability.gs1 import keys
from traceability.gs1.quoting import quoted

RANDOM_BYTES = 5
SERIAL_LENGTH = 16

_DOMAIN = b"\x01guoji/item-serial\x00"
_SCRATCH_DOMAIN = b"\x01guoji/scratch-code\x00"
_TAG_BYTES = 5
_SHORTEST_KEY_BYTES = 32
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_MISREAD = str.maketrans("OIL", "011", " -")
"""What Crockford base32 leaves out, because people take it for a digit; and what they type between."""


def issue(key: bytes, gtin: str, random_bytes: bytes) -> str:
    """Return the serial of one item of product `gtin`, made from 5 bytes of a cryptographic random source.

    Raises `InvalidInput` for a key under 32 bytes, an unsound GTIN, or another count of random bytes.
    """
    if len(random_bytes) != RANDOM_BYTES:
        raise InvalidInput(f"serial made from {len(random_bytes)} random bytes, want {RANDOM_BYTES}")
    return _encode(random_bytes + _tag(_DOMAIN, key, gtin, random_bytes))


def check(key: bytes, gtin: str, serial: str) -> None:
    """Check that `serial` was issued with this key for this product.

    Raises `InvalidInput` if it is no serial of ours by its form, `CheckFailed` if it is forged. Small
    letters are refused: AI (21) tells them from capitals.
    """
    number = _decode(serial)
    random_bytes, tag = number[:RANDOM_BYTES], number[RANDOM_BYTES:]
    if not hmac.compare_digest(tag, _tag(_DOMAIN, key, gtin, random_bytes)):
        raise CheckFailed(f"serial {serial} was not issued for GTIN {gtin}")


def as_printed(typed: str) -> str:
    """The serial that `typed` is, as people type; of what can be none of ours, `typed` in capitals."""
    return typed.upper().translate(_MISREAD)


def scratch_code(key: bytes, gtin: str, serial: str) -> str:
    """Return what lies hidden on the label of the item with this `serial`, to be scratched free once.

    Raises `InvalidInput` for a key under 32 bytes, or an unsound GTIN.
    """
    return _encode(_tag(_SCRATCH_DOMAIN, key, gtin, serial.encode("ascii")))


def is_scratch_code(key: bytes, gtin: str, serial: str, typed: str) -> bool:
    """Whether `typed`, as people type, is the scratch code of that item; takes as long whatever differs."""
    meant = as_printed(typed).encode()
    return hmac.compare_digest(meant, scratch_code(key, gtin, serial).encode())


def _tag(domain: bytes, key: bytes, gtin: str, rest: bytes) -> bytes:
    if len(key) < _SHORTEST_KEY_BYTES:
        raise InvalidInput(f"serial key has {len(key)} bytes, want at least {_SHORTEST_KEY_BYTES}")
    message = domain + keys.gtin(gtin).encode("ascii") + rest
    return hmac.digest(key, message, hashlib.sha256)[:_TAG_BYTES]


def _encode(data: bytes) -> str:
    number = int.from_bytes(data)
    shifts = range(len(data) * 8 - 5, -1, -5)
    return "".join(_ALPHABET[number >> shift & 31] for shift in shifts)


def _decode(serial: str) -> bytes:
    if len(serial) != SERIAL_LENGTH or not _VALUE.keys() >= set(serial):
        raise InvalidInput(f"serial {quoted(serial)} is not {SERIAL_LENGTH} characters of Crockford base32")
    number = 0
    for character in serial:
        number = number << 5 | _VALUE[character]
    return number.to_bytes(RANDOM_BYTES + _TAG_BYTES)
