"""GET of events by what is asked of them, and of one by its ID (EPCIS 2.0, 12.6)."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import Response

from api import epcis_answer
from api.deps import WHOLE, SearchDep, Site, SiteDep
from api.epcis_paging import Place
from api.epcis_request import Asked, AskedDep
from traceability.epcis.query.answer import SIMPLE
from traceability.epcis.query.parse import parse_query
from traceability.epcis.query.query import Condition, Query
from traceability.errors import BadQuery, Unknown
from traceability.ledger.search import Position, Search

router = APIRouter(prefix="/epcis/events")

_MOST_OF_ONE_ID = 100
"""An event, and the declarations that it was wrong."""


@router.options("")
def discover_all() -> Response:
    return epcis_answer.discovery({"Allow": "OPTIONS, GET, HEAD, POST"})


@router.options("/{event_id:path}")
def discover() -> Response:
    return epcis_answer.discovery()


@router.api_route("", methods=WHOLE)
def events(search: SearchDep, asked: AskedDep, site: SiteDep) -> Response:
    return answer(asked, site, search, ())


@router.api_route("/{event_id:path}", methods=WHOLE)
def event(event_id: str, search: SearchDep, asked: AskedDep) -> Response:
    asked.check_no_parameters("a single event")
    query = Query((Condition("EQ", ("eventID",), (event_id,)),))
    page = search.find(query, None, _MOST_OF_ONE_ID)
    if not page.events:
        raise Unknown(f"no event has the ID {event_id[:80]!r}")
    return epcis_answer.document(page.events, asked)


def answer(asked: Asked, site: Site, search: Search, also: Sequence[Condition]) -> Response:
    """A page of the events that fulfil the parameters and `also` these conditions."""
    query = parse_query(asked.pairs, asked.prefixes)
    return page_of(replace(query, conditions=(*also, *query.conditions)), asked, site, search)


def page_of(query: Query, asked: Asked, site: Site, search: Search, query_name: str = SIMPLE) -> Response:
    """The page of the answer to `query` that is asked for."""
    after, given = _read_place(asked.paging.after)
    if after is None:
        search.check_count(query)
    left = asked.paging.per_page if query.event_count_limit is None else query.event_count_limit - given
    page = search.find(query, after, min(asked.paging.per_page, left))
    given += len(page.events)
    if page.end is None or given == query.event_count_limit:
        return epcis_answer.document(page.events, asked, None, query_name)
    place = (page.end.at, page.end.number, given)
    return epcis_answer.document(page.events, asked, asked.next_page(site.public_url, place), query_name)


def _read_place(place: Place | None) -> tuple[Position | None, int]:
    """Where the last page ended, and how many events were given up to there."""
    match place:
        case None:
            return None, 0
        case (int(at), int(number), int(given)) if given >= 0:
            return Position(at, number), given
    raise BadQuery("nextPageToken is none that we gave")
