"""The dictionary's linters: what one component of a value must satisfy beyond its characters and length.

Each takes the component, whose characters were checked before, and raises `InvalidInput` with what it wanted.
"""

import re
from collections.abc import Callable, Iterable

from traceability.errors import InvalidInput
from traceability.gs1 import keys
from traceability.gs1.codes import COUNTRIES, COUNTRY_LETTERS, CURRENCIES, PACKAGE_TYPES
from traceability.gs1.coupons import couponcode, couponposoffer
from traceability.gs1.dates import hh, hhmi, mi, ss, yymmd0, yymmdd, yyyymmdd
from traceability.gs1.prefixes import gcppos1, gcppos2

Linter = Callable[[str], None]


def csum(digits: str) -> None:
    wanted = keys.check_digit(digits[:-1])
    if digits[-1] != wanted:
        raise InvalidInput(f"check digit is {digits[-1]}, want {wanted}")


def csumalpha(text: str) -> None:
    wanted = keys.check_pair(text[:-2])
    if text[-2:] != wanted:
        raise InvalidInput(f"check characters are {text[-2:]}, want {wanted}")


def cset64(text: str) -> None:
    data = text.rstrip("=")
    padding = len(text) - len(data)
    # The reference linter counts threes here, not the fours of base64; we refuse what it refuses.
    if "=" in data or padding > 2 or (padding and len(text) % 3):
        raise InvalidInput("padding '=' stands where base64url has none")


def pcenc(text: str) -> None:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise InvalidInput("a % inside is not followed by two hexadecimal digits")


def zero(digits: str) -> None:
    if digits.strip("0"):
        raise InvalidInput(f"{digits} stands where 0 is wanted")


def nonzero(digits: str) -> None:
    if not digits.strip("0"):
        raise InvalidInput(f"{digits} stands where something above zero is wanted")


def nozeroprefix(digits: str) -> None:
    if digits.startswith("0"):
        raise InvalidInput("starts with 0, want no leading zeros")


def hasnondigit(text: str) -> None:
    if text.isdigit():
        raise InvalidInput("has digits only, want another character as well")


def pieceoftotal(digits: str) -> None:
    middle = len(digits) // 2
    piece, total = int(digits[:middle]), int(digits[middle:])
    if not 1 <= piece <= total:
        raise InvalidInput(f"piece {piece} of {total}, want 1 to {total}")


def posinseqslash(text: str) -> None:
    match = re.fullmatch(r"([1-9][0-9]*)/([1-9][0-9]*)", text)
    if match is None or int(match[1]) > int(match[2]):
        raise InvalidInput(f"{text} is no place in a sequence, want such as 2/3")


def latitude(digits: str) -> None:
    _at_most(digits, 1_800_000_000, "latitude")


def longitude(digits: str) -> None:
    _at_most(digits, 3_600_000_000, "longitude")


def _at_most(digits: str, most: int, what: str) -> None:
    if int(digits) > most:
        raise InvalidInput(f"{what} is {digits}, want at most {most}")


def iban(text: str) -> None:
    if not re.fullmatch(r"[0-9A-Z]{11,34}", text):
        raise InvalidInput("IBAN wants 11 to 34 digits and capital letters")
    _country_letters(text[:2])
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    if int(number) % 97 != 1:
        raise InvalidInput(f"IBAN check digits {text[2:4]} do not fit the rest")


def _one_of(codes: Iterable[str], wanted: str) -> Linter:
    allowed = frozenset(codes)

    def check(text: str) -> None:
        if text not in allowed:
            raise InvalidInput(f"{text} is not {wanted}")

    return check


_country_letters = _one_of(COUNTRY_LETTERS, "a country of ISO 3166, want two letters such as NZ")
_MEDIA_TYPES = {f"{number:02}" for number in [*range(1, 11), *range(80, 100)]}
_IMPORTER_INDEX = "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

LINTERS: dict[str, Linter] = {
    "couponcode": couponcode,
    "couponposoffer": couponposoffer,
    "cset64": cset64,
    "csum": csum,
    "csumalpha": csumalpha,
    "gcppos1": gcppos1,
    "gcppos2": gcppos2,
    "hasnondigit": hasnondigit,
    "hh": hh,
    "hhmi": hhmi,
    "hyphen": _one_of("-", "a hyphen"),
    "iban": iban,
    "importeridx": _one_of(_IMPORTER_INDEX, "an importer index: a letter, a digit, - or _"),
    "iso3166": _one_of(COUNTRIES, "a country of ISO 3166, want three digits such as 554"),
    "iso3166999": _one_of(COUNTRIES | {"999"}, "a country of ISO 3166, want three digits or 999"),
    "iso3166alpha2": _country_letters,
    "iso4217": _one_of(CURRENCIES, "a currency of ISO 4217, want three digits such as 156"),
    "iso5218": _one_of("0129", "a sex of ISO 5218, want 0, 1, 2 or 9"),
    "latitude": latitude,
    "longitude": longitude,
    "mediatype": _one_of(_MEDIA_TYPES, "an AIDC media type, want 01 to 10 or 80 to 99"),
    "mi": mi,
    "nonzero": nonzero,
    "nozeroprefix": nozeroprefix,
    "packagetype": _one_of(PACKAGE_TYPES, "a package type code"),
    "pcenc": pcenc,
    "pieceoftotal": pieceoftotal,
    "posinseqslash": posinseqslash,
    "ss": ss,
    "winding": _one_of("019", "a winding direction, want 0, 1 or 9"),
    "yesno": _one_of("01", "a yes or no, want 1 or 0"),
    "yymmd0": yymmd0,
    "yymmdd": yymmdd,
    "yyyymmdd": yyyymmdd,
    "zero": zero,
}
