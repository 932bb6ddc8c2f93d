"""GET of the front door: what this is, and a field for a code that cannot be scanned."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.deps import WHOLE, SiteDep, WordsDep
from traceability.gs1 import digital_link
from traceability.proof.subject import as_link

router = APIRouter()


@router.api_route("/", methods=WHOLE)
def landing(
    site: SiteDep, words: WordsDep, code: Annotated[str | None, Query(max_length=2048)] = None
) -> Response:
    if code is None or not code.strip():
        return site.pages.html("landing.html", words, "verified")
    # Only the path of a checked link is kept: a stranger's host is never a place we send people to.
    path = urlsplit(digital_link.identity(as_link(code.strip()))).path
    return RedirectResponse(f"{path}?lang={words.lang}", 303)
