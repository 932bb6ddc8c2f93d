"""GET of a product, lot, item or logistic unit: the trace as a page, or as JSON when asked."""

import hashlib

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from api import own_chain
from api.deps import WHOLE, LedgerDep, SiteDep, WordsDep
from api.document import trace_document
from api.present.trace import trace_page
from api.subject import subject_of

router = APIRouter()


@router.api_route("/01/{rest:path}", methods=WHOLE)
@router.api_route("/00/{rest:path}", methods=WHOLE)
def scan(request: Request, site: SiteDep, ledger: LedgerDep, words: WordsDep) -> Response:
    subject = subject_of(request)
    site.check_issued(subject)
    as_json = wants_json(request)
    large = request.query_params.get("type") == "large"
    connect = own_chain.origins(ledger.trust_policy())
    # What the page may do and ask, and by hash its style and script: with another it is another page.
    policy = site.pages.policy(connect)
    headers = {
        "ETag": _etag(ledger.version(subject), "json" if as_json else f"{words.lang} {large} {policy}"),
        "Cache-Control": "no-cache",
        "Vary": "Accept, Accept-Language",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    trace = ledger.trace(subject)
    if as_json:
        return Response(orjson.dumps(trace_document(trace)), headers=headers, media_type="application/json")
    page = trace_page(trace, words, site.public_url)
    response = site.pages.html("trace.html", words, page.badge.state, connect=connect, page=page, large=large)
    response.headers.update(headers)
    return response


def wants_json(request: Request) -> bool:
    """By ?format=json, or by a header that names JSON and not HTML."""
    accept = request.headers.get("accept", "")
    return request.query_params.get("format") == "json" or ("json" in accept and "text/html" not in accept)


def _etag(version: str, variant: str) -> str:
    # Weak: a proxy may compress the page, which changes its bytes but not what it says.
    return f'W/"{hashlib.sha256(f"{version} {variant}".encode()).hexdigest()[:20]}"'
