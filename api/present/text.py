"""Makes text from outside fit to be shown: one line of printable characters, no controls."""

import unicodedata
from urllib.parse import urlsplit

LONGEST = 200
"""Characters of one name or word from outside; what is longer is cut, and the cut is marked."""

_SHOWN_AS_BOX = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}
"""Scripts and emoji need these two; unlike the direction marks they cannot disguise other text."""


def plain(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, without controls, direction marks or non-characters; at most `longest` long."""
    shown = " ".join(text.split())
    # Most is; nothing hidden is printable.
    if not shown.isprintable():
        shown = "".join(
            "\N{REPLACEMENT CHARACTER}" if _hidden(character) else character for character in shown
        )
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def https_link(url: str) -> str | None:
    """`url` if a page may link to it: https, a host, no user name. None for all else: it is shown as text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    sound = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and plain(url) == url
    return url if sound else None


def _hidden(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character) in _SHOWN_AS_BOX
