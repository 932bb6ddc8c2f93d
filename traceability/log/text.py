"""Strict readings of base64 and decimals: every value has one spelling, so no proof can be respelt."""

import base64
import binascii

from traceability.errors import InvalidInput


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, what: str) -> bytes:
    """RFC 4648 section 4 with padding and zero spare bits; `what` names the value in the error."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"{what} is not base64: {error}") from error
    if to_base64(data) != text:
        raise InvalidInput(f"{what} is not canonical base64")
    return data


def hash_from_base64(text: str, what: str) -> bytes:
    data = from_base64(text, what)
    if len(data) != 32:
        raise InvalidInput(f"{what} has {len(data)} bytes, want 32")
    return data


def decimal(text: str, what: str, at_most: int = 2**63 - 1) -> int:
    """A non-negative ASCII decimal without leading zeros."""
    if not (text.isascii() and text.isdigit()) or (text != "0" and text.startswith("0")):
        raise InvalidInput(f"{what} is {text[:40]!r}, want a decimal without leading zeros")
    if len(text) > len(str(at_most)) or int(text) > at_most:
        raise InvalidInput(f"{what} is {text[:40]}, want at most {at_most}")
    return int(text)


def to_hex(data: bytes) -> str:
    return "0x" + data.hex()


def from_hex(text: str, what: str, size: int) -> bytes:
    """Lower-case hex of `size` bytes after `0x`."""
    digits = text.removeprefix("0x")
    if len(text) != 2 + 2 * size or len(digits) != 2 * size or set(digits) - set("0123456789abcdef"):
        raise InvalidInput(f"{what} is {text[:80]!r}, want 0x and {2 * size} lower-case hex digits")
    return bytes.fromhex(digits)
