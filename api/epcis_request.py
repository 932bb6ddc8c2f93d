"""What a request to the query interface asks: its parameters, its page, and the form of the answer."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request

from api.deps import Grant, granted
from api.epcis_paging import Paging, Place, read_paging, without_paging
from api.problems import NotAcceptable, TooLongUri
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX
from traceability.errors import BadQuery

LONGEST_URI = 8_000
"""Path and query, in bytes."""
VERSION = "2.0.0"
"""Of EPCIS and of CBV."""
_FORMATS = ("No_Preference", "Never_Translates")
_MEDIA = ("application/json", "application/ld+json")
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}")
_MAPPING = re.compile(r"([A-Za-z][A-Za-z0-9.-]{0,39})=([^\s,=]{1,500})")

# Who holds no token of a party or of the administrator sees what a trace shows, and no more.
ReaderDep = Annotated[Grant, Depends(granted("capture", "admin"))]


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

    def next_page(self, public_url: str, place: Place) -> str:
        """The address of the page after `place`."""
        paging = [("perPage", str(self.paging.per_page)), ("nextPageToken", self.paging.token(place))]
        return f"{public_url}{self.path}?{urlencode([*self.pairs, *paging])}"


def _asked(request: Request) -> Asked:
    path: str = request.scope["raw_path"].decode("ascii")
    query: bytes = request.scope["query_string"]
    if len(path) + len(query) > LONGEST_URI:
        raise TooLongUri(f"path and query have {len(path) + len(query)} bytes, want at most {LONGEST_URI}")
    media = _media(request.headers.get("accept", "*/*"))
    _check_versions(request.headers)
    extensions = request.headers.get("gs1-extensions", "")
    pairs = request.query_params.multi_items()
    names = [name for name, _ in pairs]
    for name in ("perPage", "nextPageToken"):
        if names.count(name) > 1:
            raise BadQuery(f"{name} is there {names.count(name)} times, want once")
    asked, given = without_paging(pairs), dict(pairs)
    question = f"{path}?{urlencode(sorted(asked))} {extensions}"
    paging = read_paging(given.get("perPage"), given.get("nextPageToken"), question, int(time.time()))
    return Asked(path, tuple(asked), _prefixes(extensions), paging, media)


AskedDep = Annotated[Asked, Depends(_asked)]


def _media(accept: str) -> str:
    """Which of ours the client takes, its own first choice of them; weights other than 0 are not weighed."""
    for entry in accept.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        if any(re.fullmatch(r"q\s*=\s*0(\.0*)?", parameter) for parameter in parameters):
            continue
        if name in _MEDIA:
            return name
        if name in ("*/*", "application/*"):
            return _MEDIA[0]
    raise NotAcceptable(f"Accept is {accept[:80]!r}, want {' or '.join(_MEDIA)}")


def _check_versions(headers: Mapping[str, str]) -> None:
    ours = _number(VERSION)
    for name in ("GS1-EPCIS", "GS1-CBV"):
        for end in ("Min", "Max"):
            said = headers.get(f"{name}-{end}")
            if said is None:
                continue
            if _VERSION.fullmatch(said) is None:
                raise BadQuery(f"{name}-{end} is {said[:80]!r}, want a version such as {VERSION}")
            if _number(said) > ours if end == "Min" else _number(said) < ours[: len(_number(said))]:
                raise NotAcceptable(f"{name}-{end} is {said}; this repository speaks {VERSION}")
    wanted = headers.get("GS1-EPC-Format", _FORMATS[0])
    if wanted not in _FORMATS:
        raise NotAcceptable(
            f"GS1-EPC-Format is {wanted[:80]!r}, want {' or '.join(_FORMATS)}: events are given as captured"
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _prefixes(header: str) -> dict[str, str]:
    found = {GUOJI_PREFIX: GUOJI_NAMESPACE}
    for entry in filter(None, (part.strip() for part in header.split(","))):
        mapping = _MAPPING.fullmatch(entry)
        if mapping is None:
            raise BadQuery(f"GS1-Extensions has {entry[:80]!r}, want PREFIX=NAMESPACE")
        found[mapping[1]] = mapping[2]
    return found
