"""RFID tag contents (EPC binary) at the end of a URI, /eh<hexadecimal> or /ex<base64url>, as GS1 elements.

Bit layouts: EPC Tag Data Standard 1.13, chapter 14. The schemes are those a farm meets.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import NamedTuple

from traceability.errors import InvalidInput
from traceability.gs1.keys import check_digit
from traceability.gs1.quoting import quoted
from traceability.gs1.uri import Element

_HEX = re.compile("eh((?:[0-9A-Fa-f]{2})+)")
_BASE64 = re.compile("ex([-_A-Za-z0-9]+)")

_PREFIX_BITS = (40, 37, 34, 30, 27, 24, 20)
"""Of the company prefix, by partition; partition 0 has 12 digits, each next one has one digit less."""
_HEAD_BITS = 8 + 3 + 3
"""Header, filter, partition."""


class _Scheme(NamedTuple):
    name: str
    bits: int
    key_bits: int
    """Of company prefix and reference together; what follows is the serial. 0: there is no reference."""
    key_digits: int
    """Of company prefix and reference together."""
    serial: Callable[[str], str]
    """Reads its bits."""
    elements: Callable[[str, str, str], list[Element]]
    """(company prefix, reference, serial) -> elements"""


def read_epc(segment: str) -> list[Element] | None:
    """Return the elements that a path segment such as "eh3034..." holds, None if it does not look like one.

    The values are not yet checked against the dictionary. Raises `InvalidInput`.
    """
    if match := _HEX.fullmatch(segment):
        tag = bytes.fromhex(match[1])
    elif (match := _BASE64.fullmatch(segment)) and len(match[1]) % 4 != 1:
        tag = urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4))
    else:
        return None
    scheme = _SCHEMES.get(tag[0])
    if scheme is None:
        raise InvalidInput(f"EPC {quoted(segment)} has header {tag[0]:#04x}, which is none that we read")
    return _read(scheme, _bits_of(scheme, tag))


def _bits_of(scheme: _Scheme, tag: bytes) -> str:
    """Return the tag's bits as text. Tags are written in words of 16 bits, the last one filled with zeros."""
    bits = f"{int.from_bytes(tag):0{8 * len(tag)}b}"
    if not 0 <= len(bits) - scheme.bits < 16 or "1" in bits[scheme.bits :]:
        raise InvalidInput(f"EPC of {scheme.name} has {len(bits)} bits, want {scheme.bits} and zeros behind")
    return bits[: scheme.bits]


def _read(scheme: _Scheme, bits: str) -> list[Element]:
    partition = int(bits[11:14], 2)
    if partition > 6:
        raise InvalidInput(f"EPC of {scheme.name} has partition {partition}, want 0 to 6")
    prefix_end = _HEAD_BITS + _PREFIX_BITS[partition]
    key_end = _HEAD_BITS + scheme.key_bits if scheme.key_bits else prefix_end
    prefix = _digits(bits[_HEAD_BITS:prefix_end], 12 - partition)
    reference = _digits(bits[prefix_end:key_end], scheme.key_digits - len(prefix))
    return scheme.elements(prefix, reference, scheme.serial(bits[key_end:]))


def _digits(bits: str, length: int) -> str:
    number = int(bits or "0", 2)
    if length <= 0 and number == 0:
        return ""
    if number >= 10**length:
        raise InvalidInput(f"EPC has {number} where {length} digits fit")
    return str(number).zfill(length)


def _number(bits: str) -> str:
    return str(int(bits, 2))


def _text(bits: str) -> str:
    """Return a string of 7-bit characters that ends at the first zero."""
    characters = [int(bits[start : start + 7], 2) for start in range(0, len(bits) - 6, 7)]
    text, _, filling = bytes(characters).decode("ascii").partition("\0")
    if filling.strip("\0"):
        raise InvalidInput("EPC has characters after the end of its serial")
    return text


def _nothing(bits: str) -> str:
    if "1" in bits:
        raise InvalidInput("EPC has bits set after its reference, want zeros")
    return ""


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _sgtin(prefix: str, item: str, serial: str) -> list[Element]:
    return [("01", _checked(item[0] + prefix + item[1:])), ("21", serial)]


def _sscc(prefix: str, reference: str, _: str) -> list[Element]:
    return [("00", _checked(reference[0] + prefix + reference[1:]))]


def _sgln(prefix: str, location: str, extension: str) -> list[Element]:
    place = ("414", _checked(prefix + location))
    # The lone extension 0 means that there is none.
    return [place] if extension == "0" else [place, ("254", extension)]


def _grai(prefix: str, asset: str, serial: str) -> list[Element]:
    return [("8003", "0" + _checked(prefix + asset) + serial)]


def _giai(prefix: str, _: str, reference: str) -> list[Element]:
    return [("8004", prefix + reference)]


_SCHEMES = {
    0x30: _Scheme("SGTIN-96", 96, 44, 13, _number, _sgtin),
    0x31: _Scheme("SSCC-96", 96, 58, 17, _nothing, _sscc),
    0x32: _Scheme("SGLN-96", 96, 41, 12, _number, _sgln),
    0x33: _Scheme("GRAI-96", 96, 44, 12, _number, _grai),
    0x34: _Scheme("GIAI-96", 96, 0, 0, _number, _giai),
    0x36: _Scheme("SGTIN-198", 198, 44, 13, _text, _sgtin),
    0x37: _Scheme("GRAI-170", 170, 44, 12, _text, _grai),
    0x38: _Scheme("GIAI-202", 202, 0, 0, _text, _giai),
    0x39: _Scheme("SGLN-195", 195, 41, 12, _text, _sgln),
}
