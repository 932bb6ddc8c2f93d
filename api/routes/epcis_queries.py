"""Named queries: made, listed, shown, asked and deleted (EPCIS 2.0, 12.6)."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api import epcis_answer
from api.deps import WHOLE, LedgerDep, ReaderDep, SearchDep, SiteDep, body_of
from api.epcis_headers import prefixes_of
from api.epcis_request import AskedDep, SentDep
from api.problems import NotServed
from api.routes.epcis_events import page_of
from traceability.errors import BadQuery, BadSubscription
from traceability.ledger.named_queries import LARGEST_BYTES, NamedQuery, owner_of
from traceability.ledger.schedule import RANGES

router = APIRouter(prefix="/epcis/queries")

_CONTROLS = {"stream", "reportIfEmpty", "initialRecordTime", *RANGES}
"""Parameters that subscribe over a WebSocket."""


async def _small_body(request: Request) -> bytes:
    return await body_of(request, LARGEST_BYTES)


SmallBodyDep = Annotated[bytes, Depends(_small_body)]


@router.options("")
def discover_all() -> Response:
    return epcis_answer.discovery({"Allow": "OPTIONS, GET, HEAD, POST"})


@router.options("/{name}")
def discover() -> Response:
    return epcis_answer.discovery({"Allow": "OPTIONS, GET, HEAD, DELETE"})


@router.options("/{name}/events")
def discover_events() -> Response:
    return epcis_answer.discovery()


@router.post("")
def add(grant: ReaderDep, _: SentDep, body: SmallBodyDep, request: Request, ledger: LedgerDep) -> Response:
    prefixes = prefixes_of(request.headers.get("gs1-extensions", ""))
    made = ledger.queries.add(body, owner_of(grant), prefixes)
    return epcis_answer.without_body(201, {"Location": f"/epcis/queries/{quote(made.name)}"})


@router.api_route("", methods=WHOLE)
def listed(grant: ReaderDep, asked: AskedDep, site: SiteDep) -> Response:
    asked.check_no_parameters("the list of named queries")
    size = asked.paging.per_page
    # One more than is shown says whether there is another page.
    owner = owner_of(grant)
    found = site.ledger.queries.store.of(owner, asked.paging.after_id() or "", size + 1)
    shown = [_shown(each) for each in found[:size]]
    next_page = asked.next_page(site.public_url, (found[size - 1].id,)) if len(found) > size else None
    return epcis_answer.as_json(shown, asked, next_page)


@router.api_route("/{name}", methods=WHOLE)
def one(name: str, grant: ReaderDep, asked: AskedDep, ledger: LedgerDep) -> Response:
    asked.check_no_parameters("a named query")
    query = ledger.queries.store.named(owner_of(grant), name)
    return epcis_answer.as_json(_shown(query), asked)


@router.delete("/{name}")
def remove(name: str, grant: ReaderDep, _: SentDep, ledger: LedgerDep) -> Response:
    ledger.queries.store.remove(owner_of(grant), name)
    return epcis_answer.without_body(204)


@router.api_route("/{name}/events", methods=WHOLE)
def events(
    name: str, grant: ReaderDep, search: SearchDep, asked: AskedDep, site: SiteDep, request: Request
) -> Response:
    query = site.ledger.queries.store.named(owner_of(grant), name)
    subscribe = f"want POST /epcis/queries/{name}/subscriptions, which sends to a webhook"
    if "upgrade" in request.headers:
        raise NotServed(f"subscriptions over WebSocket are not served here; {subscribe}")
    for parameter, _ in asked.pairs:
        if parameter in _CONTROLS:
            raise BadSubscription(f"{parameter} subscribes over WebSocket, not served here; {subscribe}")
        raise BadQuery(f"{parameter[:80]!r} is no parameter of a named query, which has its own")
    return page_of(query.query(), asked, site, search, name)


def _shown(query: NamedQuery) -> dict[str, object]:
    return {"name": query.name, "query": query.definition}
