"""GET of what a code names: sent on to its owner's page, or our page of it, its JSON, its links."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import WHOLE, LedgerDep, Site, SiteDep, WordsDep, is_large
from api.from_room import AllStand, on_air, room_of
from api.front import KeptAnswer
from api.implied import implied
from api.linkset_answer import linkset_answer
from api.own_page import own_page
from api.resolver import Asked, Linkset, OwnPage, Redirect, decide
from api.subject import link_of
from traceability.gs1 import digital_link
from traceability.gs1.digital_link import CANONICAL_STEM, DigitalLink
from traceability.gs1.key_paths import KEYS
from traceability.gs1.resolver.choose import Wishes
from traceability.gs1.resolver.levels import levels
from traceability.gs1.resolver.linkset import MEDIA_TYPE
from traceability.gs1.resolver.preferences import media_quality, ranked

router = APIRouter()

_ASKED_OF_LINKS = ("json", "html")
_PREFLIGHT = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def preflight() -> Response:
    return Response(status_code=204, headers=_PREFLIGHT)


def scan(request: Request, site: SiteDep, ledger: LedgerDep, words: WordsDep) -> Response:
    link = link_of(request)
    identity = digital_link.identity(link)
    site.check_issued(identity)
    # Before anything is looked up: what comes meanwhile may change the decision.
    standing = ledger.watch(levels(link.path))
    # The first codes of its product may have been issued in between; of later ones `standing` tells.
    site.check_issued(identity)
    asked = asked_of(request, link)
    decided = decide(
        asked, ledger, lambda name: implied(ledger.trace(name), words, site.languages, site.public_url)
    )
    more = {"Link": _links(request, link, site), "Access-Control-Expose-Headers": "Link, Location"}
    match decided:
        case Redirect(to):
            vary = {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Language"}
            return RedirectResponse(to, 307, {**vary, **more})
        case OwnPage(subject, instead_of):
            large, as_json, rooms = is_large(request), wants_json(request), None
            if site.lot_pages is not None and not as_json:
                rooms, watched = on_air(site, site.lot_pages, subject, room_of(request))
                standing = AllStand((standing, watched))
            page = own_page(site, subject, words, large, as_json, instead_of, rooms)
            return KeptAnswer(page, more, standing)
        case Linkset():
            return linkset_answer(decided, asked, site, words, is_large(request), more)


for _path in (*(f"/{key}/{{rest:path}}" for key in KEYS), "/eh{hexadecimal}", "/ex{base64url}"):
    router.add_api_route(_path, scan, methods=WHOLE)
    router.add_api_route(_path, preflight, methods=["OPTIONS"])


def asked_of(request: Request, link: DigitalLink) -> Asked:
    """What a request wants of the resolver; `?lang=` outranks the language of the browser."""
    said, headers = request.query_params, request.headers
    accept = headers.get("accept", "")
    return Asked(
        link,
        request.scope["query_string"],
        Wishes(accept, said.get("lang") or headers.get("accept-language", ""), said.get("context", "")),
        said.get("linkType"),
        _wants_linkset(accept),
        said.get("format") in _ASKED_OF_LINKS or room_of(request) is not None,
    )


def _wants_linkset(accept: str) -> bool:
    """By name, and no less than a page."""
    wanted = ranked(accept)
    quality = dict(wanted).get(MEDIA_TYPE, 0)
    return quality > 0 and quality >= media_quality("text/html", wanted)


def wants_json(request: Request) -> bool:
    """By ?format=json, or by a header that names JSON and not HTML."""
    accept, form = request.headers.get("accept", ""), request.query_params.get("format")
    return form == "json" or (form != "html" and "json" in accept and "text/html" not in accept)


def _links(request: Request, link: DigitalLink, site: Site) -> str:
    """Where all links are; of an RFID tag's content also the plain URI of the same thing."""
    uri = site.public_url + digital_link.identity(link).removeprefix(CANONICAL_STEM)
    found = [f'<{uri}?linkType=linkset>; rel="linkset"; type="{MEDIA_TYPE}"']
    if request.url.path.startswith(("/eh", "/ex")):
        found.append(f'<{uri}>; rel="http://www.w3.org/2002/07/owl#sameAs"')
    return ", ".join(found)
