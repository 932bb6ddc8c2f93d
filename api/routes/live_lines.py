"""What a host says, as any tool posts it; what the host answers to warnings; and the report."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from api.asked import Asked, read_asked
from api.deps import BodyDep, SiteDep, WordsDep
from api.farm_page import NEVER_KEPT, farm_page
from api.host_session import at_desk
from api.live_access import OpenedDep, opened_with_bearer
from api.live_lines import heard_json, lines_of, tried_json
from traceability.live.line import Line
from traceability.live.report_text import report_text
from traceability.live.room import Phase

router = APIRouter(prefix="/live/{room}")

LinesDep = Annotated[list[Line], Depends(lines_of)]


class AskedAnswer(Asked):
    warning: int
    answer: str


@router.post("/lines")
def say(opened: OpenedDep, site: SiteDep, lines: LinesDep) -> JSONResponse:
    heard = opened.studio.transcript.said(opened.room.code, lines)
    return _json({"sentences": [heard_json(each, site.public_url) for each in heard]})


@router.post("/try")
def try_(opened: OpenedDep, site: SiteDep, lines: LinesDep) -> JSONResponse:
    """Before it is said: nothing is kept."""
    tried = opened.studio.transcript.tried(opened.room.code, lines)
    return _json({"sentences": [tried_json(each, site.public_url) for each in tried]})


@router.post("/answers")
def answer(opened: OpenedDep, body: BodyDep) -> JSONResponse:
    asked = read_asked(AskedAnswer, body)
    correction = opened.studio.warnings.answer(opened.room.code, asked.warning, asked.answer, opened.by)
    told = {"warning": asked.warning, "answer": asked.answer, "by": opened.by}
    return _json({**told, "correction": correction})


@router.get("/report")
def report(room: str, request: Request, site: SiteDep, words: WordsDep) -> Response:
    """For a program as JSON, or as text if it asks for that; for whoever is signed in as a page."""
    if "authorization" not in request.headers:
        at = at_desk(room, request, site)
        found = at.studio.reports.of(at.room.code)
        is_kept = at.room.phase is not Phase.REHEARSAL
        told = report_text(found, words.lang)
        return farm_page(site, words, "live_report.html", code=at.room.code, report=told, is_kept=is_kept)
    opened = opened_with_bearer(room, request, site)
    found = opened.studio.reports.of(opened.room.code)
    if "text/plain" in request.headers.get("accept", "") or request.query_params.get("format") == "text":
        return PlainTextResponse(report_text(found, words.lang), headers=NEVER_KEPT)
    return _json(found)


def _json(body: dict[str, Any]) -> JSONResponse:
    return JSONResponse(body, headers=NEVER_KEPT)
