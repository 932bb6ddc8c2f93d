"""Where in a GS1 key the digits begin that its owner was given: the company prefix and what follows."""

import re

from traceability.errors import InvalidInput
from traceability.gs1.ai_table import IDENTIFIERS
from traceability.gs1.quoting import quoted

SHORTEST, LONGEST = 4, 13
"""Digits of a prefix: of a company's at least, and of a whole GLN, or GTIN without its indicator."""

_KEY = re.compile(r"https://id\.gs1\.org/([0-9]{2,4})/([0-9]+)")
# One digit stands before the prefix of a GTIN, an SSCC and a GRAI; the dictionary says so of each.
_SKIPPED = {
    ai: 1 if "gcppos2" in identifier.format or ai == "8003" else 0
    for ai, identifier in IDENTIFIERS.items()
    if "gcppos" in identifier.format
}


def prefixed(link: str) -> str | None:
    """The leading digits of the key in a canonical Digital Link, from its company prefix on; None without."""
    found = _KEY.match(link)
    if found is None or found[1] not in _SKIPPED:
        return None
    return found[2][_SKIPPED[found[1]] :]


def prefix(text: str) -> str:
    """A prefix as somebody wrote it. Raises `InvalidInput` for anything but 4 to 13 digits."""
    if not (text.isascii() and text.isdigit() and SHORTEST <= len(text) <= LONGEST):
        raise InvalidInput(f"prefix {quoted(text)}, want {SHORTEST} to {LONGEST} digits")
    return text
