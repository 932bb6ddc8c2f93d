"""One spelling for each word of the standard, whichever of its spellings somebody uses."""

import re
from collections.abc import Mapping

_STANDARD = re.compile(
    r"(?:urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt|er):"
    r"|(?:https?://(?:ref|ns)\.gs1\.org/cbv/|cbv:)(?:BizStep|Disp|BTT|SDT|ER)-"
    r"|(?:https?://(?:(?:www\.|ref\.)?gs1\.org)/voc/|gs1:))(\w+)"
)


def word(text: str, prefixes: Mapping[str, str]) -> str:
    """Bare where it is a word of the standard, else the full URI as far as `prefixes` declare it."""
    full = expand(text, prefixes)
    standard = _STANDARD.fullmatch(full)
    return standard[1] if standard else full


def expand(text: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, rest = text.partition(":")
    return prefixes[prefix] + rest if colon and prefix in prefixes else text
