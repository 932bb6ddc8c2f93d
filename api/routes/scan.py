"""GET of what a code names: sent on to its owner's page, or our page of it, its JSON, its links."""

import hashlib

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api import own_chain
from api.deps import WHOLE, LedgerDep, Site, SiteDep, WordsDep
from api.document import trace_document
from api.implied import implied
from api.linkset_answer import linkset_answer
from api.present.scan_card import scan_card
from api.present.trace import trace_page
from api.resolver import Asked, Linkset, OwnPage, Redirect, decide
from api.subject import link_of
from api.words import Words
from traceability.gs1 import digital_link
from traceability.gs1.digital_link import CANONICAL_STEM, DigitalLink
from traceability.gs1.key_paths import KEYS
from traceability.gs1.resolver.choose import Wishes
from traceability.gs1.resolver.linkset import MEDIA_TYPE
from traceability.gs1.resolver.preferences import ranked

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
    site.check_issued(digital_link.identity(link))
    # What it depends on, for whoever keeps answers, stands there.
    decided = decide(
        asked_of(request, link),
        ledger,
        lambda name: implied(ledger.trace(name), site.languages, site.public_url),
    )
    match decided:
        case Redirect(to):
            headers = {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Language"}
            answer: Response = RedirectResponse(to, 307, headers)
        case OwnPage(subject):
            answer = own_page(request, site, subject, words)
        case Linkset():
            return linkset_answer(decided, request.headers.get("accept", ""), site, words)
    answer.headers["Link"] = _links(request, link, site)
    answer.headers["Access-Control-Expose-Headers"] = "Link, Location"
    return answer


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
        any(media == MEDIA_TYPE and quality > 0 for media, quality in ranked(accept)),
        said.get("format") in _ASKED_OF_LINKS,
    )


def own_page(request: Request, site: Site, subject: str, words: Words) -> Response:
    """The page of a thing that we hold, or its JSON. Raises `Unknown`."""
    as_json = wants_json(request)
    large = request.query_params.get("type") == "large"
    connect = own_chain.origins(site.ledger.trust_policy())
    # What the page may do and ask, and by hash its style and script: with another it is another page.
    policy = site.pages.policy(connect)
    version = f"{subject} {site.ledger.version(subject)}"
    headers = {
        "ETag": _etag(version, "json" if as_json else f"{words.lang} {large} {policy}"),
        "Cache-Control": "no-cache",
        "Vary": "Accept, Accept-Language",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    trace = site.ledger.trace(subject)
    if as_json:
        return Response(orjson.dumps(trace_document(trace)), headers=headers, media_type="application/json")
    page = trace_page(trace, words, site.public_url)
    desk = site.scan_desk
    card = scan_card(trace, page.product, words, desk.days, desk.has_scratch_codes) if desk else None
    response = site.pages.html(
        "trace.html", words, page.badge.state, connect=connect, page=page, scans=card, large=large
    )
    response.headers.update(headers)
    return response


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


def _etag(version: str, variant: str) -> str:
    # Weak: a proxy may compress the page, which changes its bytes but not what it says.
    return f'W/"{hashlib.sha256(f"{version} {variant}".encode()).hexdigest()[:20]}"'
