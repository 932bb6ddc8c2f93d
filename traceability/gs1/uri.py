"""The text of a web URI, taken apart and written, before anyone asks what its AIs mean."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from traceability.errors import InvalidInput
from traceability.gs1.quoting import quoted

Element = tuple[str, str]
"""(AI, decoded value)."""

LONGEST_URI = 8192

_ILLEGAL = re.compile(r"[^-A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%]")
_ORIGIN = r"(?:https?|HTTPS?)://(?:[-A-Za-z0-9.]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_URI = re.compile(rf"({_ORIGIN})/([^?#]*)(?:\?([^#]*))?(?:#.*)?")
_STEM = re.compile(rf"{_ORIGIN}(?:/[^?#]*)?")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_RESERVED = re.compile("[^-A-Za-z0-9._]")


class Parts(NamedTuple):
    """A URI's parts, still percent-encoded."""

    origin: str
    """Scheme, host and port."""
    segments: list[str]
    """Of the path."""
    query: list[str]
    """The parameters, in order; empty ones left out."""


def split(uri: str) -> Parts:
    """Take a URI apart; its fragment is dropped. Raises `InvalidInput`."""
    _check_characters("URI", uri)
    match = _URI.fullmatch(uri)
    if match is None:
        raise InvalidInput(f"URI {quoted(uri)} is not http(s)://host[:port]/path")
    origin, path, query = match.groups()
    parameters = [parameter for parameter in query.split("&") if parameter] if query else []
    return Parts(origin, path.split("/"), parameters)


def check_stem(stem: str) -> None:
    """Raise `InvalidInput` unless a Digital Link can start with `stem`: an origin, perhaps with a path."""
    _check_characters("stem", stem)
    if not _STEM.fullmatch(stem):
        raise InvalidInput(f"stem {quoted(stem)} is not http(s)://host[:port][/path]")


def _check_characters(what: str, text: str) -> None:
    if len(text) > LONGEST_URI:
        raise InvalidInput(f"{what} {quoted(text)} has {len(text)} characters, want at most {LONGEST_URI}")
    illegal = _ILLEGAL.search(text)
    if illegal:
        raise InvalidInput(f"{what} {quoted(text)} has {illegal[0]!r}, which must be percent-encoded")


def decode_segment(text: str) -> str:
    """Undo percent-encoding. A % that no two hexadecimal digits follow stands for itself."""
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text) if "%" in text else text


def decode_query(text: str) -> str:
    """Undo percent-encoding where + means a space."""
    return decode_segment(text.replace("+", " "))


def write(stem: str, path: Iterable[Element], query: Iterable[Element]) -> str:
    """Write a URI whose values, ASCII, are percent-encoded but for A-Z a-z 0-9 - . _"""
    segments = "".join(f"/{ai}/{_encode(value)}" for ai, value in path)
    parameters = "&".join(f"{ai}={_encode(value)}" for ai, value in query)
    return f"{stem}{segments}?{parameters}" if parameters else f"{stem}{segments}"


def _encode(value: str) -> str:
    return _RESERVED.sub(lambda reserved: f"%{ord(reserved[0]):02X}", value)
