"""Read a form with a file in it, as browsers send it (RFC 7578)."""

import re
from collections.abc import Mapping

from traceability.errors import InvalidInput

MOST_PARTS = 300
"""A field for each column of a wide sheet, and a few besides."""
_BOUNDARY = re.compile(r'multipart/form-data; *boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(rb'(?i)^content-disposition: *form-data;.*?\bname="([^"\r\n]{1,80})"', re.MULTILINE)
_WRONG = "the form is not as a browser writes it"


def read_form(content_type: str, body: bytes) -> Mapping[str, bytes]:
    """What each field holds, by its name; of a name that comes twice the last. Raises `InvalidInput`."""
    found = _BOUNDARY.fullmatch(content_type.strip())
    if found is None:
        raise InvalidInput(f"content type is {content_type[:80] or 'missing'}, want multipart/form-data")
    before, *parts = (b"\r\n" + body).split(b"\r\n--" + found[1].encode(), MOST_PARTS + 1)
    if before or not parts or not parts[-1].startswith(b"--"):
        raise InvalidInput(_WRONG)
    return dict(_field(part) for part in parts[:-1])


def _field(part: bytes) -> tuple[str, bytes]:
    head, blank, content = part.partition(b"\r\n\r\n")
    name = _NAME.search(head)
    if name is None or not blank:
        raise InvalidInput(_WRONG)
    return name[1].decode("utf-8", "replace"), content
