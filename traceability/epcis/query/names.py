"""One spelling for each word, prefix and identifier, whether an event brings it or a query."""

import re
from collections.abc import Mapping

from traceability.epcis.event import canonical

_STANDARD = re.compile(
    r"(?:urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt|er):"
    r"|(?:https?://(?:ref|ns)\.gs1\.org/cbv/|cbv:)(?:BizStep|Disp|BTT|SDT|ER)-"
    r"|(?:https?://(?:(?:www\.|ref\.)?gs1\.org)/voc/|gs1:))(\w+)"
)
# What stands before the serial number of a key (TDS 2.0: pure identity patterns).
_CLASS = re.compile(
    r"https://id\.gs1\.org/(?:01/[0-9]{14}(?=/(?:[^/]+/[^/]+/)*(?:21|235)/)|8006/[0-9]{18}(?=/21/)"
    r"|8003/[0-9]{14}(?=.)|25[35]/[0-9]{13}(?=.)|8010/[^/]+(?=/8011/))"
)
ANY_SERIAL = "/*"
"""After a class: one of its items, whichever."""


def word(text: str, prefixes: Mapping[str, str]) -> str:
    """Bare where it is a word of the standard, else the full URI as far as `prefixes` declare it."""
    full = expand(text, prefixes)
    standard = _STANDARD.fullmatch(full)
    return standard[1] if standard else full


def expand(text: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, rest = text.partition(":")
    return prefixes[prefix] + rest if colon and prefix in prefixes else text


def class_of(uri: str) -> str | None:
    """What a pattern with an open serial number calls the thing behind a canonical Digital Link."""
    found = _CLASS.match(uri)
    return found[0] + ANY_SERIAL if found else None


def pattern(text: str) -> str | None:
    """The class that `urn:epc:idpat:...*` stands for; None where more is open than the serial number."""
    link = canonical(text)
    return None if link == text else link
