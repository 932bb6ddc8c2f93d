"""Codes short enough to be said on air and typed by viewers: of rooms, and of what is offered there."""

from collections.abc import Callable
from unicodedata import normalize

from traceability.errors import Unknown
from traceability.gs1.quoting import quoted

LENGTH = 6
"""Characters of 5 bits: a thousand million codes, which are no secret."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011", " -")
"""As in item codes: what Crockford base32 leaves out, and what people type between."""


def draw(random: Callable[[int], bytes]) -> str:
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in random(LENGTH))


def read(typed: str) -> str:
    """The code that somebody typed, in whatever case or width. Raises `Unknown` for what can be none."""
    code = normalize("NFKC", typed[: 4 * LENGTH]).upper().translate(_MISREAD)
    if len(code) != LENGTH or not set(code) <= set(_ALPHABET):
        raise Unknown(f"{quoted(typed)} is no short code, want {LENGTH} digits and letters")
    return code
