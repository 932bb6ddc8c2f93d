"""What the EPCIS interface says of itself: its resources, description and tokens (EPCIS 2.0, 12.6)."""

from fastapi import APIRouter
from fastapi.responses import Response

from api import epcis_answer
from api.deps import WHOLE, ReaderDep
from api.epcis_openapi.document import served
from api.epcis_request import AskedDep
from api.problems import NotServed
from api.routes.epcis_resources import RESOURCES

router = APIRouter(prefix="/epcis")

TOP_LEVEL = ("capture", "events", "queries", *RESOURCES)


@router.options("")
@router.options("/")
@router.options("/openapi.json")
def discover() -> Response:
    return epcis_answer.discovery()


@router.api_route("", methods=WHOLE)
@router.api_route("/", methods=WHOLE)
def top_level(_: ReaderDep, asked: AskedDep) -> Response:
    asked.check_no_parameters("the list of resources")
    return epcis_answer.collection(TOP_LEVEL, asked)


@router.api_route("/openapi.json", methods=WHOLE)
def description() -> Response:
    return Response(served(), media_type="application/json")


@router.options("/nextPageToken/{token}")
def discover_token() -> Response:
    return epcis_answer.discovery({"Allow": "OPTIONS, DELETE"})


@router.delete("/nextPageToken/{token}")
def forget(token: str) -> Response:
    # A 204 would say that it opens nothing any more, which would be untrue.
    raise NotServed(
        "no page token is kept here that could be forgotten; each expires a day after it was given"
    )
