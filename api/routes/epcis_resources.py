"""What occurs in events, as resources: event types, EPCs, steps, places, dispositions (EPCIS 2.0, 12.6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from api import epcis_answer
from api.deps import WHOLE, SearchDep, SiteDep
from api.epcis_paging import Place
from api.epcis_request import Asked, AskedDep
from api.routes import epcis_events
from traceability.epcis.query.parse import parse_query
from traceability.epcis.query.query import Condition
from traceability.epcis.vocabulary import EVENT_TYPES
from traceability.errors import BadQuery, Unknown
from traceability.ledger.search import Kind, Search

router = APIRouter(prefix="/epcis")


@dataclass(frozen=True, slots=True)
class Resource:
    kind: Kind
    parameter: str
    """What asks for its events."""


RESOURCES: Mapping[str, Resource] = {
    "eventTypes": Resource("eventType", "eventType"),
    "epcs": Resource("epc", "MATCH_anyEPC"),
    "bizSteps": Resource("bizStep", "EQ_bizStep"),
    "bizLocations": Resource("bizLocation", "EQ_bizLocation"),
    "readPoints": Resource("readPoint", "EQ_readPoint"),
    "dispositions": Resource("disposition", "EQ_disposition"),
}


def _serve(name: str, resource: Resource) -> None:
    """Add the routes of one resource."""

    def discover() -> Response:
        return epcis_answer.discovery()

    def members(search: SearchDep, asked: AskedDep, site: SiteDep) -> Response:
        asked.check_no_parameters("a list; want perPage or nextPageToken")
        after, size = _read_place(asked.paging.after), asked.paging.per_page
        page = search.values(resource.kind, after, size + 1)
        listed = [value for _, value in page[:size]]
        if resource.kind == "eventType":
            listed = [value for value in listed if value not in EVENT_TYPES]
            listed = listed if after else sorted(EVENT_TYPES) + listed
        if len(page) <= size:
            return epcis_answer.collection(listed, asked)
        place = (page[size - 1][0].hex(),)
        return epcis_answer.collection(listed, asked, asked.next_page(site.public_url, place))

    def member(value: str, search: SearchDep, asked: AskedDep) -> Response:
        asked.check_no_parameters("a list; want perPage or nextPageToken")
        _known(value, resource, asked, search)
        return epcis_answer.collection(["events"], asked)

    def events(value: str, search: SearchDep, asked: AskedDep, site: SiteDep) -> Response:
        # The same parameter beside it is one more condition.
        return epcis_events.answer(asked, site, search, [_known(value, resource, asked, search)])

    # The longest first: an EPC may hold any path.
    endpoints: Mapping[str, Callable[..., Response]] = {
        "/{value:path}/events": events,
        "/{value:path}": member,
        "": members,
    }
    for path, endpoint in endpoints.items():
        router.add_api_route(f"/{name}{path}", endpoint, methods=WHOLE)
        router.add_api_route(f"/{name}{path}", discover, methods=["OPTIONS"])


for _name, _resource in RESOURCES.items():
    _serve(_name, _resource)


def _known(text: str, resource: Resource, asked: Asked, search: Search) -> Condition:
    """What asks for its events. Raises `Unknown` if it has none and is no event type of the standard."""
    [condition] = parse_query([(resource.parameter, text)], asked.prefixes).conditions
    if len(condition.values) != 1:
        raise BadQuery(f"the path names {len(condition.values)} values, want one")
    [value] = map(str, condition.values)
    is_standard = resource.kind == "eventType" and value in EVENT_TYPES
    if not is_standard and not search.occurs(resource.kind, value):
        raise Unknown(f"no event has the {resource.kind} {value[:80]!r}")
    return condition


def _read_place(place: Place | None) -> bytes:
    match place:
        case None:
            return b""
        case (str(key),):
            return bytes.fromhex(key)
    raise BadQuery("nextPageToken is none that we gave")
