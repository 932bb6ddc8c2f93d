"""GS1 identification keys: their check characters and their plain digits."""

from traceability.errors import InvalidInput
from traceability.gs1.quoting import quoted

CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""The characters of alphanumeric values, each standing at its own weight (General Specifications 7.11)."""

_CSET32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CSET82_WEIGHT = {character: weight for weight, character in enumerate(CSET82)}
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_GTIN_LENGTHS = (8, 12, 13, 14)


def check_digit(digits: str) -> str:
    """Return the digit to put after `digits`: mod 10, weights 3, 1, 3, ... from the right (7.9.1).

    Raises `InvalidInput` for anything but digits.
    """
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidInput(f"{quoted(digits)} has something other than digits")
    codes = digits.encode("ascii")
    threes, ones = codes[::-1][::2], codes[::-1][1::2]
    total = 3 * (sum(threes) - 48 * len(threes)) + sum(ones) - 48 * len(ones)
    return str(-total % 10)


def check_pair(text: str) -> str:
    """Return the two characters to put after `text` in a GMN: mod 1021, prime weights from the right (7.9.5).

    Raises `InvalidInput` for more than 23 characters, or for one outside CSET 82.
    """
    if len(text) > len(_PRIMES) or not _CSET82_WEIGHT.keys() >= set(text):
        raise InvalidInput(f"{quoted(text)}: want at most {len(_PRIMES)} characters of CSET 82")
    weights = (_CSET82_WEIGHT[character] for character in reversed(text))
    total = sum(weight * prime for weight, prime in zip(weights, _PRIMES, strict=False)) % 1021
    return _CSET32[total >> 5] + _CSET32[total & 31]


def gtin(text: str) -> str:
    """Return a GTIN of 8, 12, 13 or 14 digits as the 14 that a Digital Link holds. Raises `InvalidInput`."""
    if len(text) not in _GTIN_LENGTHS:
        raise InvalidInput(f"GTIN {quoted(text)} has {len(text)} characters, want 8, 12, 13 or 14 digits")
    return _checked("GTIN", text).zfill(14)


def gln(text: str) -> str:
    """Return a GLN, 13 digits, if it is sound. Raises `InvalidInput`."""
    return _checked("GLN", _of_length("GLN", text, 13))


def sscc(text: str) -> str:
    """Return an SSCC, 18 digits, if it is sound. Raises `InvalidInput`."""
    return _checked("SSCC", _of_length("SSCC", text, 18))


def _of_length(name: str, text: str, length: int) -> str:
    if len(text) != length:
        raise InvalidInput(f"{name} {quoted(text)} has {len(text)} characters, want {length} digits")
    return text


def _checked(name: str, text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(f"{name} {quoted(text)} has something other than digits")
    wanted = check_digit(text[:-1])
    if wanted != text[-1]:
        raise InvalidInput(f"{name} {quoted(text)} ends in check digit {text[-1]}, want {wanted}")
    return text
