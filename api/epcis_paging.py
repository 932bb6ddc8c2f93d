"""Where a next page begins, as a token that describes itself and is of use for its own question alone."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from traceability.errors import BadQuery

KEPT_S = 24 * 3600
"""For so long a client may take to ask for the next page."""
PER_PAGE = 30
MOST_PER_PAGE = 200
"""Whoever asks for more gets so many, and the next page."""
_LARGEST = 2**62

Place = tuple[int | str, ...]
"""A position in an answer, as whoever answers writes it: numbers, and text of hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Not secret and not signed: who forges one gets another page of what the bearer token opens anyway."""

    question: str
    """Whatever the answer follows from."""
    per_page: int
    after: Place | None
    now_s: int

    @property
    def expires_s(self) -> int:
        return self.now_s + KEPT_S

    def token(self, place: Place) -> str:
        """What asks for the page after `place`."""
        written = json.dumps([_digest(self.question), self.expires_s, *place], separators=(",", ":"))
        return urlsafe_b64encode(written.encode()).decode().rstrip("=")

    def after_id(self) -> str | None:
        """The ID at which the last page ended; None on the first one. Raises `BadQuery`."""
        match self.after:
            case None:
                return None
            case (str(last),):
                return last
        raise BadQuery("nextPageToken is none that we gave")


def read_paging(per_page: str | None, token: str | None, question: str, now_s: int) -> Paging:
    """What `perPage` and `nextPageToken` say. Raises `BadQuery`."""
    size = PER_PAGE if per_page is None else _size(per_page)
    return Paging(question, size, None if token is None else _place(token, question, now_s), now_s)


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
        raise BadQuery(f"perPage is {text[:80]!r}, want a whole number from 1")
    return min(int(text), MOST_PER_PAGE)


def _place(token: str, question: str, now_s: int) -> Place:
    try:
        asked, expires_s, *place = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadQuery("nextPageToken is none that we gave") from error
    if not (_is_number(expires_s) and all(_is_number(part) or _is_hex(part) for part in place)):
        raise BadQuery("nextPageToken is none that we gave")
    if asked != _digest(question):
        raise BadQuery("nextPageToken belongs to another question; want the parameters of the first page")
    if expires_s < now_s:
        raise BadQuery(f"nextPageToken expired {now_s - expires_s} s ago; ask for the first page again")
    return tuple(place)


def _is_number(part: object) -> bool:
    return type(part) is int and abs(part) < _LARGEST


def _is_hex(part: object) -> bool:
    return isinstance(part, str) and re.fullmatch(r"(?:[0-9a-f]{2}){0,32}", part) is not None


def _digest(question: str) -> str:
    return sha256(question.encode()).hexdigest()[:16]


def without_paging(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in pairs if name not in ("perPage", "nextPageToken")]
