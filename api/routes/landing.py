"""GET of the front door: what this is, and a field for a code that cannot be scanned."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import WHOLE, Site, SiteDep, WordsDep, is_large
from api.problems import BadLink
from traceability.errors import InvalidInput, Misspelt, Unknown
from traceability.gs1 import digital_link
from traceability.gs1.mended import mended, narrowed
from traceability.gs1.quoting import quoted
from traceability.live import short_code
from traceability.proof.subject import as_link

router = APIRouter()

_SSCC_DIGITS = 18
_BEGINS = re.compile(r"[/(]")
"""A link, or AIs in brackets; else it is the text of a label without its numbers."""
_Typed = Annotated[str, Query(max_length=2048)]


@router.api_route("/", methods=WHOLE)
def landing(
    request: Request, site: SiteDep, words: WordsDep, code: _Typed = "", lot: _Typed = ""
) -> Response:
    typed = narrowed(code)
    if not typed:
        return site.pages.html("landing.html", words, "verified", large=is_large(request))
    if lot.strip():
        typed = f"{typed}(10){narrowed(lot)}"
    # Only the path of a checked link is kept: a stranger's host is never a place we send people to.
    path = _path_of_offer(typed) or urlsplit(_known(_link(typed), site)).path
    return RedirectResponse(f"{path}?lang={words.lang}", 303)


def _path_of_offer(typed: str) -> str | None:
    """Of a short code from a live room, alone or in its link: people do not tell our two fields apart."""
    before, _, last = typed.rpartition("/")
    if before and not before.lower().endswith("/s"):
        return None
    try:
        return f"/s/{short_code.read(last)}"
    except Unknown:
        return None


def _known(link: str, site: Site) -> str:
    """What `link` names, as it is printed: telephones write small letters, and labels have capitals."""
    named = digital_link.identity(link)
    try:
        site.check_issued(named)
    except Misspelt as error:
        return error.meant
    parsed = digital_link.parse(named)
    in_capitals = [(ai, value.upper() if ai == "10" else value) for ai, value in parsed.path]
    meant = digital_link.build(None, in_capitals)
    is_lot = digital_link.kind(parsed) == "lot"
    return meant if is_lot and not site.ledger.holds(named) and site.ledger.holds(meant) else named


def _link(typed: str) -> str:
    """What somebody typed or pasted, as a link. Raises `BadLink`, with what was meant where that is plain."""
    typed = typed.replace(" ", "")  # as labels group a code; no link has one
    if typed.isdigit():
        # As it stands under a barcode; a GTIN may be there without its leading zeros.
        typed = f"/00/{typed}" if len(typed) == _SSCC_DIGITS else f"/01/{typed.zfill(14)}"
    if not _BEGINS.search(typed):
        raise BadLink(f"{quoted(typed)} does not begin with a key", None)
    link = as_link(typed)
    if "://" not in link:
        link = f"https://{link}"
    try:
        # In brackets or as a path, nothing stands before the key but AIs in a wrong order.
        if digital_link.parse(link).stem.startswith(f"{digital_link.CANONICAL_STEM}/"):
            raise InvalidInput(f"{quoted(typed)} does not begin with a key")
    except InvalidInput as error:
        after_host = link.rpartition("://")[2].partition("/")
        raise BadLink(str(error), mended("".join(after_host[1:]))) from error
    return link
