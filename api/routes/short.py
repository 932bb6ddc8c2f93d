"""GET of a short code from a live room: sent on to the page of the lot, and counted."""

from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.deps import WHOLE, SiteDep
from api.problems import NoSuchOffer
from traceability.errors import Unknown
from traceability.live import short_code
from traceability.live.viewers import Viewers, Way

router = APIRouter()

_FETCHED_AHEAD = ("sec-purpose", "purpose", "x-moz", "x-purpose")
"""Headers by which a browser says that nobody looks yet."""
_KEPT = ("lang", "type")
_Typed = Annotated[str, Query(max_length=200)]


@router.api_route("/s/{code:path}", methods=WHOLE)
@router.api_route("/S/{code:path}", methods=WHOLE)
async def short(request: Request, site: SiteDep, code: str) -> Response:
    return await _sent_on(request, site.viewers, code)


@router.api_route("/s", methods=WHOLE)
async def typed(request: Request, site: SiteDep, code: _Typed = "") -> Response:
    """From the field on our pages."""
    return await _sent_on(request, site.viewers, code)


async def _sent_on(request: Request, viewers: Viewers | None, typed: str) -> Response:
    try:
        way = await _way(viewers, typed)
    except Unknown as error:
        raise NoSuchOffer(str(error)) from error
    if viewers and request.method == "GET" and not _is_ahead(request):
        viewers.came(way)
    asked = request.query_params
    said = {"room": way.room} | {name: asked[name] for name in _KEPT if name in asked}
    headers = {"Location": f"{urlsplit(way.subject).path}?{urlencode(said)}", "Cache-Control": "no-store"}
    return Response(status_code=307, headers=headers)


async def _way(viewers: Viewers | None, typed: str) -> Way:
    code = short_code.read(typed)
    if viewers is None:
        raise Unknown("there are no live rooms here")
    known = viewers.known(code)
    return known if known is not None else await run_in_threadpool(viewers.way, code)


def _is_ahead(request: Request) -> bool:
    said = (request.headers.get(name, "").lower() for name in _FETCHED_AHEAD)
    return any("prefetch" in each or "preview" in each for each in said)
