"""GET of the front door: what this is, and a field for a code that cannot be scanned."""

import re
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.deps import WHOLE, SiteDep, WordsDep
from traceability.gs1 import digital_link

router = APIRouter()

_BRACKETED = re.compile(r"\((\d{2,4})\)([^()]+)")


@router.api_route("/", methods=WHOLE)
def landing(
    site: SiteDep, words: WordsDep, code: Annotated[str | None, Query(max_length=2048)] = None
) -> Response:
    if code is None or not code.strip():
        return site.pages.html("landing.html", words, "verified")
    # Only the path of a checked link is kept: a stranger's host is never a place we send people to.
    path = urlsplit(digital_link.identity(_as_link(code.strip()))).path
    return RedirectResponse(f"{path}?lang={words.lang}", 303)


def _as_link(code: str) -> str:
    """A link as it is; a path, or AIs in brackets as printed under a barcode, made into one."""
    if elements := _BRACKETED.findall(code):
        code = "".join(f"/{ai}/{quote(value.strip(), safe='')}" for ai, value in elements)
    return f"{digital_link.CANONICAL_STEM}{code}" if code.startswith("/") else code
