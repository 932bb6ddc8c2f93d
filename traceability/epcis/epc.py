"""EPC URNs, as RFID tags and older EPCIS events carry them, turned into GS1 Digital Links."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_STEM = "https://id.gs1.org/"

# One symbol of a serial or lot as the EPC Tag Data Standard lets it stand in a URN (TDS 2.0, table A-1).
_SYMBOL = (
    r"(?:%2[125-9A-Fa-f]|%3[0-9A-Fa-f]|%4[1-9A-Fa-f]|%5[0-9AaFf]|%6[1-9A-Fa-f]|%7[0-9Aa]"
    r"|[!')(*+,.0-9:;=A-Za-z_-])"
)
_PART = r"(?:%2[3dfDF]|%3[0-9]|%4[1-9A-Fa-f]|%5[0-9Aa]|[0-9A-Z-])"
"""One symbol of a component/part number (CPI)."""

Escape = Callable[[str], str]


def escape_few(serial: str) -> str:
    """Percent-encode as the current hash tools do: `! ( ) *` stay as they are."""
    return serial.replace("+", "%2B").replace(",", "%2C").replace(":", "%3A")


def escape_all(serial: str) -> str:
    """Percent-encode what GS1 Digital Link reserves, as the hash tool's release 1.9.3 does."""
    escaped = serial.replace("!", "%21").replace("(", "%28").replace(")", "%29").replace("*", "%2A")
    return escape_few(escaped)


def check_digit(digits: str) -> str:
    """Compute the GS1 mod 10 check digit that follows `digits` (General Specifications 7.9)."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How one URN scheme is laid out: company prefix and reference, then what follows."""

    rest: re.Pattern[str]
    digits: int
    """Digits of company prefix and reference together, without the check digit."""
    build: Callable[[str, str, list[str], Escape], str]
    """From company prefix, reference, the groups of `rest` and an escape to the link's path."""


def _gtin(prefix: str, reference: str) -> str:
    # The indicator digit stands before the company prefix in a GTIN, after it in a URN.
    return _checked(reference[0] + prefix + reference[1:])


def _numeric(digits: int, rest: str, build: Callable[[str, str, list[str], Escape], str]) -> _Scheme:
    return _Scheme(re.compile(rest), digits, build)


_SERIAL = rf"\.({_SYMBOL}{{1,20}})"
_ANY = r"\.\*"

_SCHEMES: dict[str, _Scheme] = {
    "id:sgtin": _numeric(13, _SERIAL, lambda p, r, s, e: f"01/{_gtin(p, r)}/21/{e(s[0])}"),
    "class:lgtin": _numeric(13, _SERIAL, lambda p, r, s, e: f"01/{_gtin(p, r)}/10/{e(s[0])}"),
    "idpat:sgtin": _numeric(13, _ANY, lambda p, r, s, e: f"01/{_gtin(p, r)}"),
    "id:upui": _numeric(13, rf"\.({_SYMBOL}{{1,28}})", lambda p, r, s, e: f"01/{_gtin(p, r)}/235/{e(s[0])}"),
    "idpat:upui": _numeric(13, _ANY, lambda p, r, s, e: f"01/{_gtin(p, r)}"),
    "id:itip": _numeric(
        13,
        rf"\.([0-9]{{2}})\.([0-9]{{2}})\.({_SYMBOL}{{1,20}})",
        lambda p, r, s, e: f"8006/{_gtin(p, r)}{s[0]}{s[1]}/21/{e(s[2])}",
    ),
    "idpat:itip": _numeric(
        13, r"\.([0-9]{2})\.([0-9]{2})\.\*", lambda p, r, s, e: f"8006/{_gtin(p, r)}{s[0]}{s[1]}"
    ),
    "id:sscc": _numeric(17, "", lambda p, r, s, e: f"00/{_gtin(p, r)}"),
    "id:sgln": _numeric(
        12,
        _SERIAL,
        lambda p, r, s, e: f"414/{_checked(p + r)}" + ("" if s[0] == "0" else f"/254/{e(s[0])}"),
    ),
    "id:pgln": _numeric(12, "", lambda p, r, s, e: f"417/{_checked(p + r)}"),
    "id:grai": _numeric(
        12, rf"\.({_SYMBOL}{{1,16}})", lambda p, r, s, e: f"8003/{_checked('0' + p + r)}{e(s[0])}"
    ),
    "idpat:grai": _numeric(12, _ANY, lambda p, r, s, e: f"8003/{_checked('0' + p + r)}"),
    "id:gdti": _numeric(12, rf"\.({_SYMBOL}{{1,19}})", lambda p, r, s, e: f"253/{_checked(p + r)}{e(s[0])}"),
    "idpat:gdti": _numeric(12, _ANY, lambda p, r, s, e: f"253/{_checked(p + r)}"),
    "id:sgcn": _numeric(12, r"\.([0-9]{1,12})", lambda p, r, s, e: f"255/{_checked(p + r)}{s[0]}"),
    "idpat:sgcn": _numeric(12, _ANY, lambda p, r, s, e: f"255/{_checked(p + r)}"),
    "id:gsrn": _numeric(17, "", lambda p, r, s, e: f"8018/{_checked(p + r)}"),
    "id:gsrnp": _numeric(17, "", lambda p, r, s, e: f"8017/{_checked(p + r)}"),
    "id:gsin": _numeric(16, "", lambda p, r, s, e: f"402/{_checked(p + r)}"),
}

_DIGITS = re.compile(r"[0-9]*")
_URN = re.compile(r"urn:epc:((?:id|idpat|class):[a-z]+):([0-9]{6,12})\.(.*)", re.DOTALL)
_ALPHANUMERIC: dict[str, tuple[re.Pattern[str], Callable[[str, list[str], Escape], str]]] = {
    "id:giai": (re.compile(rf"((?:{_SYMBOL})+)"), lambda p, s, e: f"8004/{p}{e(s[0])}"),
    "id:ginc": (re.compile(rf"((?:{_SYMBOL})+)"), lambda p, s, e: f"401/{p}{e(s[0])}"),
    "id:cpi": (
        re.compile(rf"((?:{_PART})+)\.([0-9]{{1,12}})"),
        lambda p, s, e: f"8010/{p}{e(s[0])}/8011/{s[1]}",
    ),
    "idpat:cpi": (re.compile(rf"((?:{_PART})+)\.\*"), lambda p, s, e: f"8010/{p}{e(s[0])}"),
}
_KEY_LENGTH = 30
"""Longest GIAI, GINC or CPI, company prefix included, in symbols."""


def digital_link(urn: str, escape: Escape = escape_few) -> str | None:
    """Turn an EPC, EPC class or EPC pattern URN into its Digital Link at id.gs1.org, or give None."""
    match = _URN.fullmatch(urn)
    if match is None:
        return None
    scheme, prefix, tail = match.groups()
    if scheme in _SCHEMES:
        path = _with_digits(_SCHEMES[scheme], prefix, tail, escape)
    elif scheme in _ALPHANUMERIC:
        path = _with_symbols(scheme, prefix, tail, escape)
    else:
        path = None
    return None if path is None else _STEM + path


def _with_digits(scheme: _Scheme, prefix: str, tail: str, escape: Escape) -> str | None:
    length = scheme.digits - len(prefix)
    reference = tail[:length]
    rest = scheme.rest.fullmatch(tail, length)
    if len(reference) != length or _DIGITS.fullmatch(reference) is None or rest is None:
        return None
    return scheme.build(prefix, reference, list(rest.groups()), escape)


def _with_symbols(scheme: str, prefix: str, tail: str, escape: Escape) -> str | None:
    pattern, build = _ALPHANUMERIC[scheme]
    match = pattern.fullmatch(tail)
    if match is None or len(prefix) + _symbols(match[1]) > _KEY_LENGTH:
        return None
    return build(prefix, list(match.groups()), escape)


def _symbols(text: str) -> int:
    return len(text) - 2 * text.count("%")
