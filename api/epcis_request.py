"""What a request to the EPCIS interface asks: its parameters, its page, and the form of the answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request

from api.epcis_headers import MEDIA, check_spoken, preferred_media, prefixes_of
from api.epcis_paging import Paging, Place, read_paging, without_paging
from api.problems import TooLongUri
from traceability.errors import BadQuery, InvalidInput

LONGEST_URI = 8_000
"""Path and query, in bytes."""


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    """As it was sent, percent-encoded."""
    pairs: tuple[tuple[str, str], ...]
    """All parameters but those of paging."""
    prefixes: Mapping[str, str]
    """What names of extensions may begin with."""
    paging: Paging
    media: str

    def check_no_parameters(self, of: str) -> None:
        """Raises `BadQuery` if there are others than those of paging."""
        if self.pairs:
            raise BadQuery(f"{self.pairs[0][0][:80]!r} is no parameter of {of}")

    def next_page(self, public_url: str, place: Place) -> str:
        """The address of the page after `place`."""
        paging = [("perPage", str(self.paging.per_page)), ("nextPageToken", self.paging.token(place))]
        return f"{public_url}{self.path}?{urlencode([*self.pairs, *paging])}"


def _asked(request: Request) -> Asked:
    path = _path(request)
    media = preferred_media(request.headers.get("accept", "*/*"))
    check_spoken(request.headers)
    extensions = request.headers.get("gs1-extensions", "")
    pairs = request.query_params.multi_items()
    names = [name for name, _ in pairs]
    for name in ("perPage", "nextPageToken"):
        if names.count(name) > 1:
            raise BadQuery(f"{name} is there {names.count(name)} times, want once")
    asked, given = without_paging(pairs), dict(pairs)
    question = f"{path}?{urlencode(sorted(asked))} {extensions}"
    paging = read_paging(given.get("perPage"), given.get("nextPageToken"), question, int(time.time()))
    return Asked(path, tuple(asked), prefixes_of(extensions), paging, media)


def _sent(request: Request) -> None:
    """Checks what stands beside a body that is sent: nothing of it goes unheeded."""
    _path(request)
    # The answer has no body, unless it says what is wrong.
    preferred_media(request.headers.get("accept", "*/*"), (*MEDIA, "application/problem+json"))
    for name in request.query_params:
        raise InvalidInput(f"{name[:80]!r} is no parameter of {request.method} {request.url.path[:80]}")
    try:
        check_spoken(request.headers)
        prefixes_of(request.headers.get("gs1-extensions", ""))
    except BadQuery as error:  # nothing was queried
        raise InvalidInput(str(error)) from error


def _path(request: Request) -> str:
    path: str = request.scope["raw_path"].decode("ascii")
    query: bytes = request.scope["query_string"]
    if len(path) + len(query) > LONGEST_URI:
        raise TooLongUri(f"path and query have {len(path) + len(query)} bytes, want at most {LONGEST_URI}")
    return path


AskedDep = Annotated[Asked, Depends(_asked)]
SentDep = Annotated[None, Depends(_sent)]
