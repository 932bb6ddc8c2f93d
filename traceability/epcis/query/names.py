"""What queries call identifiers that stand for more than one thing."""

import re

from traceability.epcis.event import canonical

# What stands before the serial number of a key (TDS 2.0: pure identity patterns).
_CLASS = re.compile(
    r"https://id\.gs1\.org/(?:01/[0-9]{14}(?=/(?:[^/]+/[^/]+/)*(?:21|235)/)|8006/[0-9]{18}(?=/21/)"
    r"|8003/[0-9]{14}(?=.)|25[35]/[0-9]{13}(?=.)|8010/[^/]+(?=/8011/))"
)
ANY_SERIAL = "/*"
"""After a class: one of its items, whichever."""


def class_of(uri: str) -> str | None:
    """What a pattern with an open serial number calls the thing behind a canonical Digital Link."""
    found = _CLASS.match(uri)
    return found[0] + ANY_SERIAL if found else None


def pattern(text: str) -> str | None:
    """The class that `urn:epc:idpat:...*` stands for; None where more is open than the serial number."""
    link = canonical(text)
    return None if link == text else link
