"""GET of the front door: what this is, and a field for a code that cannot be scanned."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import WHOLE, SiteDep, WordsDep, is_large
from api.problems import BadLink
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.gs1.mended import mended, narrowed
from traceability.gs1.quoting import quoted
from traceability.proof.subject import as_link

router = APIRouter()

_SSCC_DIGITS = 18
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
    path = urlsplit(digital_link.identity(_link(typed))).path
    return RedirectResponse(f"{path}?lang={words.lang}", 303)


def _link(typed: str) -> str:
    """What somebody typed or pasted, as a link. Raises `BadLink`, with what was meant where that is plain."""
    digits = typed.replace(" ", "")
    if digits.isdigit():
        # As it stands under a barcode; a GTIN may be there without its leading zeros.
        typed = f"/00/{digits}" if len(digits) == _SSCC_DIGITS else f"/01/{digits.zfill(14)}"
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
