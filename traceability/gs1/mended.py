"""The link that a malformed one obviously means: another spelling of the same values, never a guess."""

import re
from contextlib import suppress
from urllib.parse import quote, unquote

from traceability.errors import InvalidInput
from traceability.gs1 import digital_link, keys
from traceability.gs1.ai_table import IDENTIFIERS
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.uri import Element, decode_query

# Words for AIs, which links had before 1.3 of the standard.
_ALIASES = {
    "gtin": "01", "itip": "8006", "gmn": "8013", "cpid": "8010", "gln": "414", "payto": "415", "party": "417",
    "gsrnp": "8017", "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004", "cpv": "22", "lot": "10", "ser": "21", "tpx": "235", "glnx": "254",
    "cpsn": "8011", "srin": "8019", "refno": "8020",
}  # fmt: skip
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_AS_IT_IS = "-._~:/?@!$&'()*+,;=%[]"


def narrowed(text: str) -> str:
    """`text` with the wide letters, digits and signs of Chinese keyboards made plain, no blanks around."""
    return _BLANKS.sub(" ", text.translate(_NARROW)).strip()


def mended(address: str) -> str | None:
    """Return the path and query that `address` (path, perhaps with query) obviously means; None without one.

    Mended are: words in the place of AIs, short GTINs with a right check digit, AIs in a wrong order or
    place, what stands before the first of them, empty parts, blanks, wide characters, and characters that
    must be encoded. What comes out parses, and holds each AI with the value that was there.
    """
    path, _, query = address.partition("#")[0].partition("?")
    parameters = [each.partition("=") for each in query.split("&") if each]
    attributes = [(ai, decode_query(value)) for ai, _, value in parameters if ai.isdigit()]
    others = "&".join(_quoted("".join(each)) for each in parameters if not each[0].isdigit())
    try:
        elements = [(ai, _value(ai, text)) for ai, text in (*_pairs(path), *attributes)]
        link = digital_link.build(None, elements)
        whole = link + ("&" if "?" in link else "?") + others if others else link
        digital_link.parse(whole)
    except InvalidInput:
        return None
    meant = whole.removeprefix(CANONICAL_STEM)
    return None if meant == address else meant


def _pairs(path: str) -> list[Element]:
    """AIs and values as they stand, from the first AI on. Raises `InvalidInput` for what is no pairs."""
    said = [segment for segment in (narrowed(unquote(each)) for each in path.split("/")) if segment]
    names = [_ALIASES.get(each.lower(), each) for each in said]
    first = next((place for place, name in enumerate(names) if name in IDENTIFIERS), len(said))
    if first > 0:
        # Others' words may hold digits that look like an AI: what can be read strictly is read so.
        with suppress(InvalidInput):
            return list(digital_link.parse(CANONICAL_STEM + path).path)
    if (len(said) - first) % 2:
        # Of an AI at the end the value may be torn off: without it the link means another thing.
        raise InvalidInput("a value without an AI, or an AI without a value")
    return list(zip(names[first::2], said[first + 1 :: 2], strict=True))


def _quoted(parameter: str) -> str:
    return quote(parameter, _AS_IT_IS, errors="surrogateescape")


def _value(ai: str, text: str) -> str:
    value = narrowed(text)
    if ai in IDENTIFIERS and IDENTIFIERS[ai].format.startswith("N"):
        value = value.replace(" ", "")
    return keys.gtin(value) if ai == "01" else value
